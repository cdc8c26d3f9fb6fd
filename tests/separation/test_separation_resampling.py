"""The null line, the permutation p and the bootstrap interval of δ."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import norm

from litmus.separation import resampling
from litmus.separation.delta import fit
from litmus.separation.resampling import bootstrap, permute


def row(*values):
    """A row of floats."""
    return np.array(values, dtype=float)


@pytest.fixture
def generator():
    """A fixed stream."""
    return np.random.default_rng(0)


def every_relabelling(candidate, control):
    """δ of each way to choose which values are the candidate's."""
    values, n = np.concatenate([candidate, control]), len(candidate)
    return np.array(
        [
            fit(values[list(chosen)], np.delete(values, chosen)).delta
            for chosen in combinations(range(len(values)), n)
        ]
    )


@pytest.mark.parametrize(
    "candidate, control",
    [(row(4, 5, 6), row(1, 2, 3, 7)), (row(1, 1, 2, 2), row(1, 2, 3, 3)), (row(0, 0), row(0, 1))],
    ids=["distinct", "ties", "few"],
)
def test_permutations_agree_with_every_relabelling(candidate, control, generator):
    """Random relabellings tend to the mean δ and the share of δ* ≤ δ of all of them."""
    deltas, observed = every_relabelling(candidate, control), fit(candidate, control).delta
    chance = permute(candidate, control, 20_000, generator)
    assert chance.delta_null == pytest.approx(deltas.mean(), abs=0.005)
    assert chance.p == pytest.approx(np.mean(deltas <= observed + 1e-12), abs=0.015)


@pytest.mark.parametrize("n, bias", [(50, 0.418), (100, 0.441), (200, 0.458)])
def test_the_null_line_is_the_bias_of_equal_groups(n, bias, generator):
    """Two equal groups of n look separated by this much."""
    candidate, control = generator.normal(size=(2, n))
    chance = permute(candidate, control, 2000, generator)
    assert chance.delta_null == pytest.approx(bias, abs=0.003)


def test_p_is_never_zero(generator):
    """Groups that no relabelling beats get 1/(1 + permutations)."""
    assert permute(np.arange(30) + 100.0, np.arange(30.0), 99, generator).p == 0.01


def test_p_is_one_where_all_values_are_equal(generator):
    """Every relabelling is as good as the one observed."""
    assert permute(row(2, 2), row(2, 2, 2), 99, generator) == (0.5, 1.0)


def test_p_is_uniform_among_equal_groups(generator):
    """A tenth of equal groups has p of at most .1, no more, in spite of ties."""
    groups = generator.integers(6, size=(300, 2, 20)).astype(float)
    p = np.array([permute(*pair, 199, generator).p for pair in groups])
    assert np.mean(p <= 0.1) < 0.15


@pytest.mark.parametrize("block", [1, 100, 10**6])
def test_blocks_only_bound_the_memory(block, generator, monkeypatch):
    """The permutations are the same however many are held at once."""
    candidate, control = np.random.default_rng(1).normal(size=(2, 20))
    whole = permute(candidate, control, 300, np.random.default_rng(2))
    monkeypatch.setattr(resampling, "BLOCK", block)
    assert permute(candidate, control, 300, np.random.default_rng(2)) == whole


def test_resamples_are_of_the_groups_own_size(generator):
    """Each resample draws as many values as the group has."""
    drawn = resampling._times_drawn(7, 50, generator)
    assert drawn.shape == (50, 7)
    assert (drawn.sum(axis=1) == 7).all()


def test_the_interval_reflects_the_resamples(generator):
    """Its ends are 2δ − q for the quantiles q of δ over plain resamples of both groups."""
    candidate, control = generator.normal(1, 1, 60), generator.normal(0, 1, 50)
    delta = fit(candidate, control).delta
    resampled = [
        fit(generator.choice(candidate, 60), generator.choice(control, 50)).delta
        for _ in range(2000)
    ]
    expected = 2 * delta - np.quantile(resampled, [0.95, 0.05])
    interval = bootstrap(candidate, control, 4000, 0.9, generator)
    assert interval == pytest.approx(tuple(expected), abs=0.012)


@pytest.mark.parametrize("shift", [0, 0.2, 1, 3, 6])
def test_the_interval_holds_delta_and_lies_within_its_range(shift, generator):
    """0 ≤ low ≤ δ ≤ high ≤ ½."""
    candidate, control = generator.normal(shift, 1, 40), generator.normal(0, 1, 40)
    low, high = bootstrap(candidate, control, 300, 0.95, generator)
    assert 0 <= low <= fit(candidate, control).delta <= high <= 0.5
    assert low < high


def test_groups_apart_leave_room_for_error(generator):
    """δ = 0 for 96 against 96 does not exclude a true δ of half the 3.8 % that may be unseen."""
    interval = bootstrap(np.arange(96) + 1000.0, np.arange(96.0), 100, 0.95, generator)
    assert interval == pytest.approx((0, (1 - 0.025 ** (1 / 96)) / 2))


def test_more_errors_never_bring_the_upper_limit_down(generator):
    """One error of 96 leaves a higher limit than none."""
    candidate, control = np.arange(96) + 1000.0, np.arange(96.0)
    none = bootstrap(candidate, control, 500, 0.95, generator)
    one = bootstrap(np.append(candidate[1:], -1), control, 500, 0.95, generator)
    assert one.high > none.high


def test_the_interval_covers_the_truth(generator):
    """Of Gaussian groups of 60 at a distance of 1, most 95 % intervals hold the true δ."""
    truth = norm.cdf(-0.5)
    intervals = [
        bootstrap(generator.normal(1, 1, 60), generator.normal(0, 1, 60), 300, 0.95, generator)
        for _ in range(200)
    ]
    assert 0.8 <= np.mean([low <= truth <= high for low, high in intervals]) <= 0.99
