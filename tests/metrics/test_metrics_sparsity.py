"""How often a feature is zero: on a token, and on a whole sequence."""

import numpy as np
import pytest

from litmus.metrics import norm_sparsity, sparsity

# Three sequences of four tokens, on two directions with σ = 1 and 2 and threshold 1σ.
STD = np.array([1.0, 2.0])
PROJECTIONS = np.array(
    [
        [[0.5, 3.0], [1.0, 2.5], [2.0, 2.0], [-3.0, -9.0]],
        [[0.0, 0.0], [0.9, 1.0], [-2.0, 1.9], [0.1, 2.0]],
        [[1.5, 8.0], [1.1, 2.1], [5.0, 3.0], [-1.0, 4.0]],
    ]
)
ROOT3 = np.sqrt(3)
METRICS = pytest.mark.parametrize("metric", [sparsity, norm_sparsity], ids=["token", "sequence"])


def random_projections(count=40, context=6, directions=3):
    """Projections of sequences, some of which are zero throughout."""
    random = np.random.default_rng(0)
    scale = random.choice([0.2, 1.0, 2.0], (count, 1, 1))
    return random.standard_normal((count, context, directions)) * scale


def score(metric, projections, std=1.0, threshold=1.0, nonlinearity="hard"):
    """The metric on projections in one block."""
    return metric.score(iter([projections]), np.asarray(std), threshold, nonlinearity)


@pytest.mark.parametrize("nonlinearity", ["hard", "relu"])
def test_sparsity_by_hand(nonlinearity):
    """Shares of zeros 3/4, 1, 1/4 and 1/2, 1, 0: mean and standard error of each."""
    found = score(sparsity, PROJECTIONS, STD, 1.0, nonlinearity)
    np.testing.assert_allclose(found.value, [2 / 3, 1 / 2])
    # Deviations of the first: 1/12, 4/12, −5/12; of the second: 0, 1/2, −1/2.
    expected = [np.sqrt((1 + 16 + 25) / 144 / 2) / ROOT3, np.sqrt(0.5 / 2) / ROOT3]
    np.testing.assert_allclose(found.standard_error, expected)
    assert found.status == ["ok", "ok"]


@pytest.mark.parametrize("nonlinearity", ["hard", "relu"])
def test_norm_sparsity_by_hand(nonlinearity):
    """Only the second sequence is zero throughout: 1/3, and its error √(1/3)/√3."""
    found = score(norm_sparsity, PROJECTIONS, STD, 1.0, nonlinearity)
    np.testing.assert_allclose(found.value, [1 / 3, 1 / 3])
    np.testing.assert_allclose(found.standard_error, [1 / 3, 1 / 3])
    assert found.status == ["ok", "ok"]


@METRICS
def test_without_a_nonlinearity_only_zero_is_zero(metric):
    """`none` is the projection itself."""
    projections = np.array([[[0.0, 1.0], [0.0, 0.0]], [[0.0, 2.0], [0.5, 3.0]]])
    expected = {sparsity: [3 / 4, 1 / 4], norm_sparsity: [1 / 2, 0]}[metric]
    np.testing.assert_allclose(score(metric, projections, [1, 1], 1.0, "none").value, expected)


@METRICS
@pytest.mark.parametrize("nonlinearity", ["hard", "relu"])
def test_a_projection_at_the_threshold_is_zero(metric, nonlinearity):
    """Not above it; the next number is."""
    at = np.full((2, 3, 1), 2.0)
    assert score(metric, at, [1.0], 2.0, nonlinearity).value == [1]
    assert score(metric, np.nextafter(at, 3), [1.0], 2.0, nonlinearity).value == [0]


@METRICS
def test_a_direction_that_is_never_above_is_dead(metric):
    """And so is one without variance; a third lives by a single token."""
    projections = np.zeros((4, 5, 3))
    projections[..., 0] = 0.9
    projections[2, 3, 2] = 1.1
    found = score(metric, projections, [1.0, 0.0, 1.0])
    assert found.status == ["dead", "dead", "ok"]
    assert found.value[:2].tolist() == [1, 1]
    assert found.value[2] < 1


@METRICS
@pytest.mark.parametrize("cuts", [[1], [7, 19], range(1, 40)], ids=["two", "three", "every"])
def test_blocks_do_not_matter(metric, cuts):
    """However the sequences are cut, values and errors are the same bit for bit."""
    projections, std = random_projections(), np.ones(3)
    whole = score(metric, projections, std)
    cut = metric.score(iter(np.split(projections, cuts)), std, 1.0, "hard")
    np.testing.assert_array_equal(cut.value, whole.value)
    np.testing.assert_array_equal(cut.standard_error, whole.standard_error)


@METRICS
def test_the_error_is_that_of_resampled_sequences(metric):
    """Within 15 % of a bootstrap over sequences, whose tokens go together."""
    projections = random_projections(300)
    found = score(metric, projections, np.ones(3))
    random = np.random.default_rng(1)
    values = [
        score(metric, projections[random.integers(300, size=300)], np.ones(3)).value
        for _ in range(300)
    ]
    np.testing.assert_allclose(found.standard_error, np.std(values, axis=0), rtol=0.15)


def test_a_higher_threshold_is_never_less_sparse():
    """From 0 to 3 σ."""
    for metric in (sparsity, norm_sparsity):
        values = [
            score(metric, random_projections(), np.ones(3), k).value for k in (0, 0.5, 1, 2, 3)
        ]
        assert (np.diff(values, axis=0) >= 0).all()


def test_a_sequence_is_zero_less_often_than_its_tokens():
    """And with one token a sequence, as often."""
    both = [score(m, random_projections(), np.ones(3)).value for m in (norm_sparsity, sparsity)]
    assert (both[0] <= both[1]).all()
    short = random_projections(context=1)
    both = [score(m, short, np.ones(3)).value for m in (norm_sparsity, sparsity)]
    np.testing.assert_array_equal(*both)
