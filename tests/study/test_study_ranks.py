"""Ranks under weights, and correlations over all directions, within groups and between them."""

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from litmus.study.agreement import Measure, agreements
from litmus.study.ranks import correlation, midranks, resampled

N = 60
GROUPS = np.repeat(["a", "b", "c"], N // 3)


def sample(seed=0, rho=0.6, n=N):
    """Two measures with this correlation; the second of few distinct values."""
    source = np.random.default_rng(seed)
    x, other = source.normal(size=(2, n))
    return x, np.round(2 * (rho * x + np.sqrt(1 - rho**2) * other))


def whole(n=N):
    """The weights of the sample itself."""
    return np.ones((1, n), np.int64)


def test_ranks_of_a_resample_are_those_of_its_members():
    """As if every direction stood in the row as often as it is drawn; ties share a rank."""
    _, y = sample()
    weights = resampled(GROUPS, 5, np.random.default_rng(1))
    for drawn, ranks in zip(weights, midranks(y, weights), strict=True):
        np.testing.assert_allclose(np.repeat(ranks, drawn), rankdata(np.repeat(y, drawn)))


def test_the_correlation_over_all_is_spearmans():
    """SciPy's, ties included."""
    x, y = sample()
    ranks = [midranks(v, whole()) for v in (x, y)]
    found = correlation(*ranks, whole(), GROUPS, "all")
    assert found[0] == pytest.approx(spearmanr(x, y).statistic)


def test_a_resample_has_the_correlation_of_its_members():
    """The same again, of directions drawn more than once or not at all."""
    x, y = sample()
    weights = resampled(GROUPS, 5, np.random.default_rng(1))
    found = correlation(midranks(x, weights), midranks(y, weights), weights, GROUPS, "all")
    for drawn, value in zip(weights, found, strict=True):
        members = np.repeat(x, drawn), np.repeat(y, drawn)
        assert value == pytest.approx(spearmanr(*members).statistic)


def test_resamples_keep_the_groups_sizes():
    """Directions are drawn within their group."""
    weights = resampled(GROUPS, 20, np.random.default_rng(0))
    for group in "abc":
        assert (weights[:, group == GROUPS].sum(1) == N // 3).all()


def test_covariances_within_and_between_add_up():
    """ρ·sd·sd′ over all is the sum of both."""
    x, y = sample()
    ranks = [midranks(v + 1.5 * (GROUPS == "b"), whole()) for v in (x, y)]
    total = 0.0
    for scope in ("within", "between"):
        means = [np.array([r[0][g == GROUPS].mean() for g in GROUPS]) for r in ranks]
        parts = (
            means if scope == "between" else [r[0] - m for r, m in zip(ranks, means, strict=True)]
        )
        total += correlation(*ranks, whole(), GROUPS, scope)[0] * parts[0].std() * parts[1].std()
    overall = correlation(*ranks, whole(), GROUPS, "all")[0]
    assert total == pytest.approx(overall * ranks[0].std() * ranks[1].std())


def test_groups_that_differ_on_the_whole_are_no_agreement_within():
    """Unrelated measures that both tell the groups apart agree over all and between, not within."""
    source = np.random.default_rng(3)
    level = 100.0 * np.repeat([0, 1, 2], 200)
    groups = np.repeat(["a", "b", "c"], 200)
    ranks = [midranks(level + source.normal(size=600), whole(600)) for _ in "xy"]
    found = {s: correlation(*ranks, whole(600), groups, s)[0] for s in ("all", "within", "between")}
    assert found["all"] > 0.85
    assert found["between"] == pytest.approx(1)
    assert abs(found["within"]) < 0.15


def test_a_measure_that_does_not_vary_correlates_with_nothing():
    """NaN, and no warning."""
    x, _ = sample()
    ranks = midranks(x, whole()), midranks(np.ones(N), whole())
    assert np.isnan(correlation(*ranks, whole(), GROUPS, "all")).all()


def test_intervals_cover_the_truth():
    """Spearman's ρ of a Gaussian pair is 6/π·asin(ρ/2); 95 % intervals hold it about as often."""
    truth, held = 6 / np.pi * np.arcsin(0.8 / 2), 0
    groups = np.repeat("a", 50)
    for seed in range(100):
        source = np.random.default_rng(seed)
        x, other = source.normal(size=(2, 50))
        pair = Measure(x), Measure(0.8 * x + 0.6 * other)
        (found,) = agreements(*pair, groups, 0.95, 200, source)
        held += found.rho.low <= truth <= found.rho.high
    assert held >= 88


def test_an_order_that_is_stretched_is_the_same_order():
    """Only ranks count: any rising function of a measure leaves every number as it was."""
    x, y = sample()
    one, other = (
        agreements(Measure(v), Measure(y), GROUPS, 0.95, 50, np.random.default_rng(0))
        for v in (x, np.exp(3 * x))
    )
    np.testing.assert_equal([a.row() for a in one], [a.row() for a in other])


def test_too_few_directions_give_no_number():
    """Neither ρ nor an interval."""
    x, y = sample(n=6)
    found = agreements(
        Measure(x), Measure(y), np.repeat("a", 6), 0.95, 20, np.random.default_rng(0)
    )
    assert np.isnan(found[0].rho).all()
