"""Made-up activations and directions: their moments, and features by their ids."""

import numpy as np
import pytest

from litmus.activations.statistics import Statistics
from litmus.errors import LitmusError
from litmus.plateaus import adjusted
from litmus.plateaus.activations import gaussian, isotropic
from litmus.plateaus.adjusted import Codes, added, removed, rows, typical

N = 40_000


def statistics(width=4):
    """A mean far from zero, and variances far from 1 and from each other, so that a standard
    deviation taken for a variance shows."""
    stream = np.random.default_rng(0)
    root = stream.standard_normal((width, width)) * np.array([0.3, 1.0, 3.0, 7.0])
    return Statistics(np.array([5.0, -2.0, 0.5, 30.0]), root @ root.T, 1000)


def test_random_activations_have_the_datas_moments():
    """Known bug of public code: a "variance" that is a standard deviation."""
    given = statistics()
    drawn = gaussian(N, given, np.random.default_rng(1))
    error = np.sqrt(np.diag(given.covariance) / N)
    assert (np.abs(drawn.mean(0) - given.mean) < 5 * error).all()
    scale = np.sqrt(np.outer(*[np.diag(given.covariance)] * 2))
    assert np.abs((np.cov(drawn.T) - given.covariance) / scale).max() < 5 * np.sqrt(2 / N)


def test_random_activations_stay_centred():
    """Where real ones have no mean over their coordinates, neither have these: C has no variance
    along (1, …, 1)."""
    stream = np.random.default_rng(2)
    real = stream.standard_normal((500, 6)) * np.arange(1, 7)
    real -= real.mean(1, keepdims=True)
    given = Statistics(real.mean(0), np.cov(real.T, bias=True), 500)
    drawn = gaussian(100, given, stream)
    assert np.abs(drawn.mean(1)).max() < 1e-9
    assert np.abs(drawn.mean(0)).max() > 0.01, "the mean over draws is the data's, not zero"


@pytest.mark.parametrize("centred", [False, True])
def test_isotropic_activations_have_the_datas_mean_square_norm(centred):
    """And the same variance in every direction they can take."""
    given = statistics()
    drawn = isotropic(N, given, centred, np.random.default_rng(3))
    square = np.trace(given.covariance) + given.mean @ given.mean
    assert np.square(drawn).sum(1).mean() == pytest.approx(square, rel=0.02)
    values = np.linalg.eigvalsh(np.cov(drawn.T))[int(centred) :]
    np.testing.assert_allclose(values, square / (4 - centred), rtol=0.05)


# Two bases and six features, of which the active ones are not the first in any list.
CODES = Codes(
    np.array([[0.0, 0, 2.0, 0, 5.0, 0], [0, 3.0, 0, 0, 0, 7.0]]),
    np.arange(24.0).reshape(6, 4) ** 2,
    np.array([1.5, 0.5, 4.0, 0.0, 6.0, 2.5]),
)
REAL = np.array([[1.0, 2.0, 3.0, 4.0], [-1.0, 0.0, 1.0, 0.0]])


def coefficients(change):
    """What a change is made of, by least squares on rows that are made independent."""
    return np.linalg.lstsq(DECODER.T, change, rcond=None)[0]


DECODER = np.random.default_rng(5).standard_normal((6, 9))
WIDE = CODES._replace(decoder=DECODER)
BASES = np.random.default_rng(6).standard_normal((2, 9))


def test_removing_all_active_features_leaves_what_they_do_not_explain():
    """a − Σ z_f d_f over exactly the active ids, worked out by hand."""
    stripped = removed(REAL, CODES, 6, np.random.default_rng(0))
    d = CODES.decoder
    np.testing.assert_allclose(stripped[0], REAL[0] - 2 * d[2] - 5 * d[4])
    np.testing.assert_allclose(stripped[1], REAL[1] - 3 * d[1] - 7 * d[5])


def test_a_removed_feature_is_an_active_id():
    """Known bug of public code: a sampler that uses a place in a list as a feature's id."""
    for seed in range(20):
        change = BASES - removed(BASES, WIDE, 1, np.random.default_rng(seed))
        for base in range(2):
            found = coefficients(change[base])
            (feature,) = np.flatnonzero(np.abs(found) > 1e-8)
            assert feature in adjusted.active(WIDE, base)
            assert found[feature] == pytest.approx(WIDE.values[base, feature])


def test_added_features_are_inactive_live_ids_at_their_typical_strength():
    """Each with the mean over where it is active; never one that is active, or dead."""
    seen = set()
    for seed in range(20):
        change = added(BASES, WIDE, 2, np.random.default_rng(seed)) - BASES
        found = coefficients(change[0])
        features = set(np.flatnonzero(np.abs(found) > 1e-8))
        assert len(features) == 2 and features <= {0, 1, 5}
        for feature in features:
            assert found[feature] == pytest.approx(WIDE.typical[feature])
        seen |= features
    assert seen == {0, 1, 5}


def test_typical_is_the_mean_where_a_feature_is_active():
    """By hand; a feature that never is has none."""
    values = np.array([[0.0, 4.0, 0], [2.0, 0, 0], [4.0, 0, 0]])
    np.testing.assert_allclose(typical(values), [3.0, 4.0, 0.0])


def test_the_activations_given_are_left_alone():
    """A change is made on a copy."""
    before = BASES.copy()
    removed(BASES, WIDE, 2, np.random.default_rng(0))
    added(BASES, WIDE, 2, np.random.default_rng(0))
    np.testing.assert_array_equal(BASES, before)


@pytest.mark.parametrize(
    "which, ids", [("active", [{2, 4}, {1, 5}]), ("any", [{0, 1, 2, 4, 5}] * 2)]
)
def test_rows_are_those_of_the_ids(which, ids):
    """Of each base's own active features, or of all live ones; none twice while there are more."""
    drawn = rows(WIDE, which, 2, np.random.default_rng(1))
    for base in range(2):
        found = [int(np.flatnonzero((row == DECODER).all(1))[0]) for row in drawn[base]]
        assert set(found) <= ids[base]
        assert len(set(found)) == 2


def test_a_base_without_active_features_is_told():
    """There is no such direction to take."""
    with pytest.raises(LitmusError, match="no active feature"):
        rows(WIDE._replace(values=np.zeros((2, 6))), "active", 1, np.random.default_rng(0))
