"""The trivial baselines: moments of the projection."""

import numpy as np
import pytest
from scipy import stats

from litmus.activations.cache import Block
from litmus.metrics import projection_kurtosis, projection_skewness, projection_std
from litmus.metrics.projections import Moments, mean_over_sequences, project

SCIPY = {
    projection_std: lambda flat: flat.std(0),
    projection_skewness: lambda flat: stats.skew(flat, bias=True),
    projection_kurtosis: lambda flat: stats.kurtosis(flat, bias=True),
}
METRICS = pytest.mark.parametrize("metric", SCIPY, ids=["std", "skewness", "kurtosis"])


def projections_of(count=400, context=8):
    """Projections of correlated tokens on three directions: skewed, flat and Gaussian."""
    random = np.random.default_rng(0)
    shared = random.standard_normal((count, 1, 3))
    z = 0.7 * shared + 0.7 * random.standard_normal((count, context, 3))
    return np.stack([np.exp(0.5 * z[..., 0]), np.tanh(z[..., 1]), z[..., 2]], axis=-1) * 3 + 5


def score(metric, projections, cuts=()):
    """The metric on blocks of projections, with the moments that the statistics would give."""
    flat = projections.reshape(-1, projections.shape[-1])
    mean, std = flat.mean(0), flat.std(0)
    return metric.score(Moments(iter(np.split(projections, cuts)), mean, std), std)


def test_project_by_hand():
    """⟨a, v⟩ of each token with each row, in float64."""
    activations = np.array([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], np.float32)
    blocks = [Block(np.zeros((1, 2)), part[None]) for part in activations]
    found = list(project(blocks, np.array([[1, 0], [0, 1], [1, 1]], np.float32)))
    assert [block.tolist() for block in found] == [
        [[[1, 2, 3], [3, 4, 7]]],
        [[[5, 6, 11], [7, 8, 15]]],
    ]
    assert found[0].dtype == np.float64


def test_mean_over_sequences_by_hand():
    """1, 2, 6: mean 3, variance 7 with divisor 2, error √(7/3)."""
    mean, error = mean_over_sequences(np.array([[1.0], [2.0], [6.0]]))
    assert mean == [3]
    np.testing.assert_allclose(error, np.sqrt(7 / 3))


@METRICS
def test_as_scipys_on_all_tokens(metric):
    """The population's moments, not corrected for the sample."""
    projections = projections_of()
    expected = SCIPY[metric](projections.reshape(-1, 3))
    found = score(metric, projections)
    np.testing.assert_allclose(found.value, expected, rtol=1e-10, atol=1e-12)
    assert found.status == ["ok"] * 3


@METRICS
def test_the_error_is_that_of_resampled_sequences(metric):
    """Within 15 % of a bootstrap over sequences with tokens that go together."""
    projections = projections_of()
    found = score(metric, projections).standard_error
    random, count = np.random.default_rng(1), len(projections)
    values = [
        SCIPY[metric](projections[random.integers(count, size=count)].reshape(-1, 3))
        for _ in range(400)
    ]
    np.testing.assert_allclose(found, np.std(values, axis=0), rtol=0.15)
    tokens = projections.reshape(-1, 1, 3)
    assert (found > 1.2 * score(metric, tokens).standard_error).any(), "tokens should go together"


@METRICS
def test_the_error_is_that_of_the_influence_of_each_sequence(metric):
    """The influence by definition: what a little more weight on a sequence does to the value."""
    projections = projections_of(60)

    def value(weights):
        weights = weights[:, None, None] / weights.sum() / projections.shape[1]
        mean = (weights * projections).sum((0, 1))
        second, third, fourth = (
            (weights * (projections - mean) ** k).sum((0, 1)) for k in (2, 3, 4)
        )
        return {
            projection_std: second**0.5,
            projection_skewness: third / second**1.5,
            projection_kurtosis: fourth / second**2 - 3,
        }[metric]

    step = 1e-4 * np.eye(60)
    influence = [(value(1 + e) - value(1 - e)) / 2e-4 * 60 for e in step]
    expected = np.std(influence, axis=0, ddof=1) / np.sqrt(60)
    np.testing.assert_allclose(score(metric, projections).standard_error, expected, rtol=1e-5)


@METRICS
def test_blocks_do_not_matter(metric):
    """However the sequences are cut."""
    projections = projections_of(50)
    whole, cut = score(metric, projections), score(metric, projections, [1, 20, 21])
    np.testing.assert_array_equal(cut.value, whole.value)
    np.testing.assert_array_equal(cut.standard_error, whole.standard_error)


@METRICS
def test_shape_does_not_depend_on_place_and_size(metric):
    """Moved and stretched, skewness and kurtosis stay; the standard deviation stretches."""
    projections = projections_of(100)
    before, after = score(metric, projections), score(metric, 10 * projections - 1000)
    factor = 10 if metric is projection_std else 1
    np.testing.assert_allclose(after.value, factor * before.value, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(after.standard_error, factor * before.standard_error, rtol=1e-8)


def test_a_mirrored_projection_has_the_opposite_skewness():
    """And the same standard deviation, kurtosis and errors."""
    projections = projections_of(100)
    for metric, sign in [(projection_std, 1), (projection_skewness, -1), (projection_kurtosis, 1)]:
        there, back = score(metric, projections), score(metric, -projections)
        np.testing.assert_allclose(back.value, sign * there.value, rtol=1e-9)
        np.testing.assert_allclose(back.standard_error, there.standard_error, rtol=1e-9)


@METRICS
def test_a_direction_without_variance_is_dead(metric):
    """Its neighbours are not; nothing is divided by zero."""
    projections = projections_of(30)
    projections[..., 1] = 2.0
    with np.errstate(all="raise"):
        found = score(metric, projections)
    assert found.status == ["ok", "dead", "ok"]
