"""δ, its threshold and its cross-fitted twin."""

import numpy as np
import pytest
from scipy.stats import ks_2samp

from litmus.separation.delta import Cut, crossfit, error, fit


def row(*values):
    """A row of floats."""
    return np.array(values, dtype=float)


def brute_force(candidate, control):
    """Every threshold between neighbours, both directions."""
    thresholds = np.unique(np.concatenate([candidate, control]))
    errors = [(np.mean(candidate <= t) + np.mean(control > t)) / 2 for t in thresholds]
    return min(min(e, 1 - e) for e in errors)


def random_groups(seed, ties):
    """Two groups of random sizes; with ties, rounded to whole numbers."""
    random = np.random.default_rng(seed)
    n, m = random.integers(2, 30, size=2)
    candidate, control = random.normal(0.5, 1, n), random.normal(0, 1.5, m)
    return (candidate.round(0), control.round(0)) if ties else (candidate, control)


def test_groups_apart_have_no_error():
    """Groups fully apart give δ = 0 and a threshold halfway between them."""
    assert fit(row(3, 4), row(0, 1)) == Cut(delta=0, threshold=2, direction=1)


def test_the_direction_is_free():
    """A candidate below the control is as well separated as one above."""
    assert fit(row(0, 1), row(3, 4)) == Cut(delta=0, threshold=2, direction=-1)


def test_one_value_on_the_wrong_side():
    """One of four candidates on the wrong side costs half of a quarter."""
    assert fit(row(0, 5, 6, 7), row(1, 2, 3, 4)) == Cut(delta=0.125, threshold=4.5, direction=1)


def test_each_group_has_its_own_error_rate():
    """The error is the mean of the groups' rates, so a large group does not outvote a small one."""
    candidate, control = row(1, 9), row(*[2] * 50)
    assert fit(candidate, control).delta == 0.25


def test_ties_fall_on_one_side():
    """Equal values cannot be told apart: {1, 1, 2} and {1, 2, 2} part at 1.5 with error 1/3."""
    cut = fit(row(1, 1, 2), row(1, 2, 2))
    assert cut.delta == pytest.approx(1 / 3)
    assert (cut.threshold, cut.direction) == (1.5, -1)


def test_all_equal():
    """Where all values are equal, nothing is told apart and the threshold is that value."""
    assert fit(row(7, 7), row(7, 7, 7)) == Cut(delta=0.5, threshold=7, direction=0)


def test_the_same_values_twice():
    """The same values in both groups give δ = ½, no direction and a threshold in the middle."""
    assert fit(row(1, 2, 3, 4), row(1, 2, 3, 4)) == Cut(delta=0.5, threshold=2.5, direction=0)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_delta_is_the_least_error_of_any_threshold(seed, ties):
    """No threshold in either direction does better."""
    groups = random_groups(seed, ties)
    assert fit(*groups).delta == pytest.approx(brute_force(*groups), abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_delta_is_half_of_what_kolmogorov_smirnov_leaves(seed, ties):
    """δ = (1 − KS)/2."""
    groups = random_groups(seed, ties)
    assert fit(*groups).delta == pytest.approx(
        (1 - ks_2samp(*groups, method="asymp").statistic) / 2, abs=1e-12
    )


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_the_threshold_has_the_error_that_delta_names(seed, ties):
    """Threshold and direction, applied to the values, give δ; the threshold is finite."""
    groups = random_groups(seed, ties)
    cut = fit(*groups)
    assert error(cut, *groups) == pytest.approx(cut.delta, abs=1e-12)
    assert np.isfinite(cut.threshold)


@pytest.mark.parametrize("increasing", [np.exp, np.arctan, lambda x: 5 * x - 3])
def test_units_do_not_matter(increasing):
    """An increasing transformation of all values leaves δ and the direction as they are."""
    candidate, control = random_groups(3, ties=False)
    cut, transformed = fit(candidate, control), fit(increasing(candidate), increasing(control))
    assert (transformed.delta, transformed.direction) == (cut.delta, cut.direction)


def test_swapping_the_groups_turns_the_direction():
    """δ and threshold know no order of the groups."""
    candidate, control = random_groups(4, ties=True)
    cut, swapped = fit(candidate, control), fit(control, candidate)
    assert swapped == Cut(cut.delta, cut.threshold, -cut.direction)


@pytest.mark.parametrize("low, high", [(1 + 2**-52, 1 + 2**-51), (-1.7e308, 1.7e308)])
def test_a_threshold_parts_any_two_numbers(low, high):
    """Neighbouring floats and the two ends of the float range are parted too."""
    cut = fit(row(high, high), row(low, low))
    assert low <= cut.threshold < high


@pytest.mark.parametrize("bad", [row(1, np.nan), row(), np.zeros((2, 2))])
def test_other_shapes_and_nan_are_refused(bad):
    """A group that is not a row of finite values is an error that says so."""
    with pytest.raises(ValueError, match="control: expected a row of finite values"):
        fit(row(1, 2), bad)


def test_a_cut_without_direction_errs_half_the_time():
    """Where the fitted half shows no difference, the other half is guessed."""
    assert error(Cut(0.5, 0.0, 0), row(1, 2), row(-1, -2)) == 0.5


def test_crossfit_of_groups_apart_is_zero():
    """A wide gap is found by any half."""
    generator = np.random.default_rng(0)
    assert crossfit(row(10, 11, 12), row(0, 1, 2, 3), 20, generator) == 0


def test_crossfit_of_pairs_by_hand():
    """{0, 3} against {1, 2} has two halvings, with errors .5 and .75, and their mean is .625.

    0|1 and 3|2 each err on the other's candidate: ½ both ways. 0|2 parts at 1, controls above,
    and errs on both 3 and 1; 3|1 parts at 2, candidates above, and errs on 0 but not on 2.
    """
    generator = np.random.default_rng(0)
    seen = {crossfit(row(0, 3), row(1, 2), 1, generator) for _ in range(20)}
    assert seen == {0.5, 0.75}
    assert crossfit(row(0, 3), row(1, 2), 400, generator) == pytest.approx(0.625, abs=0.02)


def test_crossfit_does_not_depend_on_the_order_of_the_values():
    """Only the values and the stream count."""
    candidate, control = random_groups(5, ties=False)
    there = crossfit(candidate, control, 5, np.random.default_rng(1))
    assert crossfit(candidate[::-1], control[::-1], 5, np.random.default_rng(1)) == there


def test_crossfit_is_unbiased_where_the_plug_in_is_not():
    """Of equal groups of 50 the plug-in claims .418 on average, the cross-fitted δ about ½."""
    random = np.random.default_rng(0)
    pairs = random.normal(size=(150, 2, 50))
    assert np.mean([fit(*pair).delta for pair in pairs]) == pytest.approx(0.418, abs=0.01)
    assert np.mean([crossfit(*pair, 5, random) for pair in pairs]) == pytest.approx(0.5, abs=0.03)
