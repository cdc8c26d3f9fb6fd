"""Mean and covariance of the activations."""

import numpy as np
import pytest

from litmus.activations.statistics import Accumulator, Statistics
from litmus.errors import LitmusError


def accumulated(activations, *cuts):
    """The statistics of `activations` added in the parts between `cuts`."""
    accumulator = Accumulator(activations.shape[1])
    for part in np.split(activations, cuts):
        accumulator.add(part)
    return accumulator.statistics()


@pytest.fixture
def far():
    """500 activations whose mean is 10⁴ times their spread."""
    random = np.random.default_rng(0)
    mixing = random.standard_normal((6, 6))
    return (random.standard_normal((500, 6)) @ mixing + 1e4).astype(np.float32)


def test_by_hand():
    """(0, 0), (2, 0), (4, 6): mean (2, 2), covariance with divisor 3."""
    found = accumulated(np.array([[0, 0], [2, 0], [4, 6]], np.float32), 1)
    np.testing.assert_allclose(found.mean, [2, 2])
    np.testing.assert_allclose(found.covariance, [[8 / 3, 4], [4, 8]])
    assert found.count == 3


@pytest.mark.parametrize("cuts", [(), (1,), (100, 200), range(1, 500)], ids=["1", "2", "3", "500"])
def test_as_numpys_however_it_is_cut(cuts, far):
    """A mean far from zero costs no precision, and the batches do not matter."""
    found = accumulated(far, *cuts)
    exact = far.astype(np.float64)
    expected = np.cov(exact.T, bias=True)
    np.testing.assert_allclose(found.mean, exact.mean(0), rtol=1e-13)
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-9, atol=1e-9)
    assert found.count == 500


def test_the_activations_are_left_alone(far):
    """Adding does not change them."""
    before = far.copy()
    accumulated(far)
    np.testing.assert_array_equal(far, before)


def test_the_covariance_is_symmetric(far):
    """To the last bit, so that its eigenvectors are orthogonal."""
    covariance = accumulated(far, 100, 300).covariance
    np.testing.assert_array_equal(covariance, covariance.T)


def test_the_moments_of_projections(far):
    """Those of ⟨a, v⟩ computed token by token."""
    vectors = np.random.default_rng(1).standard_normal((4, 6))
    projections = far.astype(np.float64) @ vectors.T
    found = accumulated(far, 250)
    np.testing.assert_allclose(found.projection_mean(vectors), projections.mean(0))
    np.testing.assert_allclose(found.projection_std(vectors), projections.std(0), rtol=1e-8)


def test_a_direction_without_variance_has_std_zero():
    """Rounding below zero gives no NaN."""
    found = Statistics(np.zeros(2), np.array([[1.0, -1.0], [-1.0, 1.0 - 1e-15]]), 10)
    assert found.projection_std(np.array([[1.0, 1.0]])) == [0]


def test_statistics_survive_the_disk(far, tmp_path):
    """Bit for bit."""
    before = accumulated(far)
    before.write(tmp_path / "hook.parquet")
    after = Statistics.read(tmp_path / "hook.parquet")
    np.testing.assert_array_equal(after.mean, before.mean)
    np.testing.assert_array_equal(after.covariance, before.covariance)
    assert after.count == before.count


def test_missing_statistics_are_one_sentence(tmp_path):
    """As any table."""
    with pytest.raises(LitmusError, match="there is no such file"):
        Statistics.read(tmp_path / "hook.parquet")
