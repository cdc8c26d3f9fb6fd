"""What every control has, and the isotropic, covariance and difference controls."""

import numpy as np
import pytest

from litmus.activations.statistics import Statistics
from litmus.directions import controls
from litmus.errors import LitmusError

WIDTH = 6


def activations(centred=True):
    """400 tokens' activations with a covariance of their own, mean zero over coordinates or not."""
    random = np.random.default_rng(0)
    drawn = random.standard_normal((400, WIDTH)) * [5, 3, 2, 1, 0.5, 0.2] + 1
    return controls.centre(drawn, centred)


def statistics(centred=True):
    """Their statistics."""
    every = activations(centred)
    return Statistics(every.mean(0), np.cov(every.T, bias=True), len(every))


def draw(name, indices, seed=0, centred=True):
    """The control's vectors with these indices."""
    if name == "isotropic":
        return controls.isotropic(indices, WIDTH, centred, seed)
    if name == "covariance":
        return controls.covariance(indices, statistics(centred), seed)
    if name == "difference":
        every = activations(centred=False)
        return controls.difference(indices, len(every), every.__getitem__, centred, seed)
    partners = controls.isotropic(range(20), WIDTH, centred, 99)[list(indices)]
    return controls.matched(indices, partners, statistics(centred), seed)


every_control = pytest.mark.parametrize(
    "name", ["isotropic", "covariance", "difference", "matched"]
)


@every_control
def test_unit_norm(name):
    """Float64 rows."""
    vectors = draw(name, range(20))
    assert vectors.shape == (20, WIDTH) and vectors.dtype == np.float64
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-12)


@every_control
def test_centred_where_the_residual_stream_is(name):
    """Mean zero over coordinates then, and only then."""
    np.testing.assert_allclose(draw(name, range(20)).mean(1), 0, atol=1e-8)
    assert np.abs(draw(name, range(20), centred=False).mean(1)).min() > 1e-6


@every_control
def test_a_direction_depends_on_its_index_alone(name):
    """Not on how many follow, nor on the chunk it is drawn in."""
    every = draw(name, range(20))
    chunks = [draw(name, range(3)), draw(name, range(3, 4)), draw(name, [4, 5, 6])]
    np.testing.assert_allclose(np.concatenate(chunks), every[:7], rtol=1e-12, atol=1e-14)


@every_control
def test_the_seed_draws(name):
    """Another seed, other directions; the same seed, the same."""
    np.testing.assert_array_equal(draw(name, range(5)), draw(name, range(5)))
    assert np.abs(draw(name, range(5)) - draw(name, range(5), seed=1)).max(1).min() > 1e-3


def test_isotropic_directions_have_no_preference():
    """Second moments of 4000 unit vectors are those of a sphere: identity / width."""
    vectors = controls.isotropic(range(4000), WIDTH, False, 0)
    np.testing.assert_allclose(vectors.T @ vectors / 4000, np.eye(WIDTH) / WIDTH, atol=0.012)
    np.testing.assert_allclose(vectors.mean(0), 0, atol=4 / np.sqrt(4000 * WIDTH))


@pytest.mark.parametrize("centred", [True, False])
def test_covariance_directions_follow_the_covariance(centred):
    """Their second moments are those of normalised draws of NumPy's Gaussian with C."""
    vectors = draw("covariance", range(4000), centred=centred)
    covariance = statistics(centred).covariance
    random = np.random.default_rng(1)
    expected = random.multivariate_normal(np.zeros(WIDTH), covariance, 40_000, method="svd")
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(
        vectors.T @ vectors / 4000, expected.T @ expected / 40_000, atol=0.025
    )


def test_a_difference_is_one_of_two_activations():
    """Brute force over all pairs: each vector is the unit difference of one of them."""
    every = activations(centred=False)[:12]
    vectors = controls.difference(range(30), 12, every.__getitem__, True, 0)
    pairs = [(a, b) for a in range(12) for b in range(12) if a != b]
    possible = controls.unit(
        controls.centre(np.array([every[a] - every[b] for a, b in pairs]), True)
    )
    nearest = np.abs(vectors[:, None] - possible[None]).max(-1).min(1)
    np.testing.assert_allclose(nearest, 0, atol=1e-12)
    assert len(np.unique(vectors.round(9), axis=0)) > 20


def test_equal_activations_are_drawn_again():
    """Two tokens with the same past have one activation: such a pair has no direction."""
    every = np.repeat(activations(centred=False)[:2], [10, 10], axis=0)
    every[:10] += 1e-7 * np.arange(10)[:, None]
    vectors = controls.difference(range(20), len(every), every.__getitem__, False, 0)
    expected = controls.unit(every[0] - every[-1])
    np.testing.assert_allclose(np.abs(vectors @ expected), 1, rtol=1e-9)


def test_activations_that_are_all_equal_are_one_sentence():
    """There is no difference to draw."""
    every = np.ones((10, WIDTH))
    with pytest.raises(LitmusError, match=r"directions\.controls: found 'difference'"):
        controls.difference(range(2), 10, every.__getitem__, False, 0)


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_a_vector_without_a_direction_is_one_sentence(bad):
    """Zero, NaN or infinite."""
    vectors = np.ones((3, WIDTH))
    vectors[1] = bad
    with pytest.raises(LitmusError, match=r"^directions: found a vector of zero or infinite norm"):
        controls.unit(vectors)


def test_a_vector_along_the_ones_has_no_centre():
    """Centred, it is zero, and told so."""
    with pytest.raises(LitmusError, match="zero or infinite norm"):
        controls.unit(controls.centre(np.ones((1, 4)), True))
