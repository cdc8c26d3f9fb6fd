"""AUROC and DeLong's interval."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu, norm

from litmus.separation.auroc import auroc, placements


def row(*values):
    """A row of floats."""
    return np.array(values, dtype=float)


def random_groups(seed, ties):
    """Two groups of random sizes; with ties, rounded to whole numbers."""
    random = np.random.default_rng(seed)
    n, m = random.integers(15, 40, size=2)
    candidate, control = random.normal(0.5, 1, n), random.normal(0, 1.5, m)
    return (candidate.round(0), control.round(0)) if ties else (candidate, control)


def test_by_hand():
    """Of the pairs of {1, 3} and {0, 1, 2}: 4 wins, 1 tie, 1 loss make 4.5 of 6."""
    assert auroc(row(1, 3), row(0, 1, 2), 0.95).value == 0.75


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_auroc_is_the_share_of_mann_whitneys_pairs(seed, ties):
    """AUROC = U/(n·m)."""
    candidate, control = random_groups(seed, ties)
    u = mannwhitneyu(candidate, control).statistic
    value = auroc(candidate, control, 0.95).value
    assert value == pytest.approx(u / (len(candidate) * len(control)))


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_the_interval_is_delongs_of_all_pairs(seed, ties):
    """Midranks give the variance of the n × m kernel, and the interval is its logit's."""
    candidate, control = random_groups(seed, ties)
    wins = (np.sign(candidate[:, None] - control[None, :]) + 1) / 2
    below, above = placements(candidate, control)
    np.testing.assert_allclose(below, wins.mean(axis=1))
    np.testing.assert_allclose(above, wins.mean(axis=0))

    variance = np.var(wins.mean(axis=1), ddof=1) / len(candidate)
    variance += np.var(wins.mean(axis=0), ddof=1) / len(control)
    area = wins.mean()
    middle = np.log(area / (1 - area))
    reach = 1.959964 * np.sqrt(variance) / (area * (1 - area))
    expected = 1 / (1 + np.exp(-np.array([middle - reach, middle + reach])))
    assert auroc(candidate, control, 0.95)[1:] == pytest.approx(tuple(expected), abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_swapping_the_groups_mirrors_everything(seed):
    """A becomes 1 − A, and the interval turns over."""
    candidate, control = random_groups(seed, ties=True)
    there, back = auroc(candidate, control, 0.95), auroc(control, candidate, 0.95)
    assert back == pytest.approx((1 - there.value, 1 - there.high, 1 - there.low))


def test_auroc_is_not_folded():
    """A candidate that is lower throughout has 0, not 1."""
    assert auroc(row(0, 1), row(2, 3), 0.95).value == 0


def test_groups_apart_leave_room_for_error():
    """96 of 96 independent pairs in order exclude no A above .025^(1/96) = .962."""
    area = auroc(np.arange(96) + 1000.0, np.arange(96.0), 0.95)
    assert area == pytest.approx((1, 0.025 ** (1 / 96), 1))
    assert area.low == pytest.approx(0.962, abs=5e-4)


def test_all_equal():
    """Where all values are equal A is ½, with room on both sides."""
    area = auroc(np.ones(10), np.ones(20), 0.95)
    half = (1 - 0.025 ** (1 / 10)) / 2
    assert area == pytest.approx((0.5, 0.5 - half, 0.5 + half))


def test_one_pair_out_of_order_never_brings_the_limit_up():
    """The lower limit of nearly separated groups is below that of separated ones."""
    candidate, control = np.arange(96) + 1000.0, np.arange(96.0)
    apart = auroc(candidate, control, 0.95)
    nearly = auroc(np.append(candidate[1:], 94.5), control, 0.95)
    assert nearly.low < apart.low


def test_more_confidence_is_wider():
    """The 99 % interval holds the 80 % interval."""
    groups = random_groups(1, ties=False)
    narrow, wide = auroc(*groups, 0.8), auroc(*groups, 0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize("distance", [0.5, 2])
def test_the_interval_covers_the_truth(distance):
    """About 95 % of 95 % intervals of Gaussian groups of 60 hold the true area."""
    random, truth = np.random.default_rng(0), norm.cdf(distance / np.sqrt(2))
    areas = [
        auroc(random.normal(distance, 1, 60), random.normal(0, 1, 60), 0.95) for _ in range(200)
    ]
    assert 0.9 <= np.mean([area.low <= truth <= area.high for area in areas]) <= 0.99


def test_one_value_is_too_few():
    """A variance needs two values in each group."""
    with pytest.raises(ValueError, match="at least two values in each group, got 1 and 2"):
        auroc(row(1), row(1, 2), 0.95)
