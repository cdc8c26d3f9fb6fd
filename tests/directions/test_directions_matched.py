"""The control with exactly each candidate's projection variance."""

import numpy as np
import pytest

from litmus.activations.statistics import Statistics
from litmus.directions import controls
from litmus.errors import LitmusError

WIDTH = 16


def with_spectrum(values, centred, seed=0):
    """Statistics whose covariance has these eigenvalues, and a null space along 1 if centred."""
    random = np.random.default_rng(seed)
    first = np.ones((WIDTH, 1)) if centred else np.empty((WIDTH, 0))
    gaussian = random.standard_normal((WIDTH, len(values)))
    basis = np.linalg.qr(np.hstack([first, gaussian]))[0][:, first.shape[1] :]
    return Statistics(np.zeros(WIDTH), (basis * values) @ basis.T, 100), basis


def variance(vectors, statistics):
    """vᵀCv of each row."""
    return np.array([v @ statistics.covariance @ v for v in vectors])


def partners_of(basis, count, seed=1):
    """Unit vectors in C's range."""
    drawn = np.random.default_rng(seed).standard_normal((count, basis.shape[1])) @ basis.T
    return controls.unit(drawn)


SPECTRA = {
    "wide": np.logspace(-4, 3, WIDTH - 1),
    "close": np.linspace(0.99, 1.01, WIDTH - 1),
    "one large": np.array([1e4, *np.linspace(1, 2, WIDTH - 2)]),
}


@pytest.mark.parametrize("centred", [True, False])
@pytest.mark.parametrize("spectrum", SPECTRA)
def test_the_partners_variance_exactly(spectrum, centred):
    """To nine digits, singular C or not, whatever the spectrum."""
    values = SPECTRA[spectrum] if centred else np.append(SPECTRA[spectrum], 1.005)
    statistics, basis = with_spectrum(values, centred)
    partners = partners_of(basis, 30)
    vectors = controls.matched(range(30), partners, statistics, 0)
    np.testing.assert_allclose(
        variance(vectors, statistics), variance(partners, statistics), rtol=1e-9
    )
    if centred:
        np.testing.assert_allclose(vectors.mean(1), 0, atol=1e-8)


@pytest.mark.parametrize("spectrum", SPECTRA)
@pytest.mark.parametrize("end", [0, -1], ids=["smallest", "largest"])
def test_partners_near_the_extremes(end, spectrum):
    """Almost an eigenvector of the smallest or the largest eigenvalue."""
    statistics, basis = with_spectrum(np.sort(SPECTRA[spectrum]), True)
    others = partners_of(basis, 10)
    partners = controls.unit(basis[:, end] + 1e-3 * others)
    vectors = controls.matched(range(10), partners, statistics, 0)
    wanted = variance(partners, statistics)
    np.testing.assert_allclose(variance(vectors, statistics), wanted, rtol=1e-9)


def test_a_direction_of_its_own():
    """It shares its partner's variance, not its direction."""
    statistics, basis = with_spectrum(SPECTRA["wide"], True)
    partners = partners_of(basis, 50)
    vectors = controls.matched(range(50), partners, statistics, 0)
    cosines = np.abs((vectors * partners).sum(1))
    assert cosines.mean() < 0.7
    assert cosines.max() < 0.999


def test_an_isotropic_cloud_leaves_the_draw_as_it_is():
    """Where all variances are equal, every direction matches."""
    statistics, basis = with_spectrum(np.full(WIDTH - 1, 2.0), True)
    vectors = controls.matched(range(5), partners_of(basis, 5), statistics, 0)
    np.testing.assert_allclose(variance(vectors, statistics), 2.0, rtol=1e-9)


def test_the_null_space_is_left_out():
    """Of a centred C, the direction along 1 has neither eigenvalue nor eigenvector."""
    statistics, _ = with_spectrum(SPECTRA["wide"], True)
    values, basis = controls.spectrum(statistics)
    np.testing.assert_allclose(values, np.sort(SPECTRA["wide"]), rtol=1e-6)
    np.testing.assert_allclose(np.ones(WIDTH) @ basis, 0, atol=1e-8)


def test_a_partner_without_variance_is_one_sentence():
    """Nothing that the activations do has its variance; no other is passed off as matched."""
    statistics, _ = with_spectrum(SPECTRA["wide"], True)
    along = np.full((1, WIDTH), WIDTH**-0.5)
    with pytest.raises(LitmusError, match=r"directions\.controls.*candidate 3 has"):
        controls.matched([3], along, statistics, 0)
