"""From draws to a mean, its error and its status."""

import math

import numpy as np
import pytest
from arviz_stats.base import array_stats

from litmus.sampling.diagnostics import DIVERGED, Limits, draws, judge, judge_all


def independent(chains=4, draws=500, seed=0):
    """Independent normal draws with mean 5 and deviation 2."""
    return np.random.default_rng(seed).normal(5, 2, (chains, draws))


def autoregressive(rho, chains=4, draws=4000, seed=0):
    """Stationary AR(1) chains: x′ = ρx + √(1 − ρ²)·ξ, with deviation 1."""
    random = np.random.default_rng(seed)
    x = random.normal(size=chains)
    rows = []
    for _ in range(draws):
        x = rho * x + math.sqrt(1 - rho**2) * random.normal(size=chains)
        rows.append(x)
    return np.stack(rows, axis=1)


@pytest.mark.parametrize("seed", range(3))
def test_independent_draws(seed):
    """R-hat is near 1, and the error of the mean near sd/√n."""
    draws = independent(seed=seed)
    health = judge(draws, max_rhat=1.01)
    assert health.status == "ok"
    assert health.rhat == pytest.approx(1, abs=0.01)
    assert health.mean == pytest.approx(draws.mean())
    assert health.standard_error == pytest.approx(2 / math.sqrt(2000), rel=0.1)
    assert health.ess == pytest.approx(2000, rel=0.2)


@pytest.mark.parametrize("rho", [0.5, 0.8, 0.9])
def test_autocorrelation_inflates_the_error(rho):
    """For AR(1) by √((1+ρ)/(1−ρ))."""
    draws = autoregressive(rho)
    inflation = math.sqrt((1 + rho) / (1 - rho))
    expected = inflation / math.sqrt(draws.size)
    assert judge(draws, 1.05).standard_error == pytest.approx(expected, rel=0.2)


def test_the_error_is_the_spread_of_repeated_means():
    """Over 200 runs of ρ = .7, the means deviate by what `judge` reports on average."""
    healths = [judge(autoregressive(0.7, 4, 200, seed), 1.1) for seed in range(200)]
    spread = np.std([h.mean for h in healths])
    assert np.mean([h.standard_error for h in healths]) == pytest.approx(spread, rel=0.2)


def test_chains_that_disagree_have_not_converged():
    """One chain of four lies elsewhere; the value is given all the same."""
    draws = independent()
    draws[2] += 10
    health = judge(draws, max_rhat=1.2)
    assert health.status == "not_converged"
    assert health.rhat > 1.2
    assert health.mean == pytest.approx(draws.mean())


def test_chains_that_drift_together_have_not_converged():
    """R-hat is split: chains may agree with each other and not with their own halves."""
    drift = np.linspace(0, 10, 200) + np.random.default_rng(0).normal(size=(2, 200))
    assert judge(drift, max_rhat=1.2).status == "not_converged"


def test_one_chain_cannot_be_judged():
    """Its mean is given, but nothing tells whether another would agree."""
    draws = independent(chains=1)
    health = judge(draws, max_rhat=1.2)
    assert (health.mean, health.status) == (pytest.approx(draws.mean()), "not_converged")


def test_the_limit_decides():
    """The same draws are `ok` up to their own R-hat, and not below it."""
    draws = independent(draws=20)
    rhat = judge(draws, 2.0).rhat
    assert judge(draws, rhat).status == "ok"
    assert judge(draws, rhat - 1e-6).status == "not_converged"


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_one_draw_that_is_not_finite_spoils_the_direction(bad):
    """`diverged`, without a value, however healthy the other chains are."""
    draws = independent()
    draws[3, -1] = bad
    health = judge(draws, max_rhat=1.2)
    assert health.status == "diverged"
    assert np.isnan([health.mean, health.standard_error, health.rhat]).all()
    assert health.ess == 0


def test_draws_that_never_move():
    """All equal: that value, without error."""
    health = judge(np.full((2, 6), 3.5), max_rhat=1.2)
    assert health[:6] == (3.5, 0.0, 1.0, 12.0, "ok", 0.0)


@pytest.mark.filterwarnings("ignore:.*encountered in scalar divide")
def test_chains_stuck_at_different_values_have_not_converged():
    """Each constant, but not the same constant."""
    stuck = np.repeat([[1.0], [2.0]], 10, axis=1)
    assert judge(stuck, max_rhat=1.2).status == "not_converged"


def test_four_draws_of_two_chains_are_enough():
    """The least that the settings allow gives a finite mean, error and R-hat."""
    health = judge(independent(2, 4), max_rhat=100)
    assert np.isfinite([health.mean, health.standard_error, health.rhat]).all()


@pytest.mark.parametrize("rho", [0.0, 0.7])
def test_the_error_is_arvizs(rho):
    """Its own function for it, which computes the effective sample size once more."""
    given = autoregressive(rho, draws=101)
    theirs = array_stats.mcse(given, chain_axis=0, draw_axis=1, method="mean")
    assert judge(given, 1.1).standard_error == pytest.approx(float(theirs), rel=1e-12)


def test_drift_by_hand():
    """Halves with means 1 and 3, all draws with mean 2 and deviation √(1 + 1): 2/√2."""
    given = np.array([[0.0, 2.0, 2.0, 4.0], [2.0, 0.0, 4.0, 2.0]])
    assert judge(given, math.inf).drift == pytest.approx(math.sqrt(2))


def test_drift_of_stationary_chains():
    """Over 200 runs it deviates by 2/√ess, so a limit far above rules out none of them."""
    healths = [judge(autoregressive(0.7, 4, 200, seed), 1.1, max_drift=1.0) for seed in range(200)]
    expected = 2 / math.sqrt(4 * 200 * (1 - 0.7) / (1 + 0.7))
    assert np.std([h.drift for h in healths]) == pytest.approx(expected, rel=0.2)
    assert {h.status for h in healths if h.rhat <= 1.1} == {"ok"}


def test_halves_that_differ_have_not_converged():
    """Chains that rise together, beyond the limit only; their R-hat is let through."""
    rising = np.linspace(0, 3, 200) + np.random.default_rng(0).normal(size=(4, 200))
    drift = judge(rising, math.inf).drift
    assert drift == pytest.approx(1.5 / math.sqrt(1 + 9 / 12), abs=0.1)
    assert judge(rising, math.inf, max_drift=drift + 1e-6).status == "ok"
    assert judge(rising, math.inf, max_drift=drift - 1e-6).status == "not_converged"
    assert judge(-rising, math.inf, max_drift=drift - 1e-6).status == "not_converged"


def test_too_few_effective_draws_have_not_converged():
    """The limit decides; the value is given all the same."""
    given = autoregressive(0.9, draws=400)
    ess = judge(given, 1.1).ess
    assert judge(given, 1.1, min_ess=ess).status == "ok"
    health = judge(given, 1.1, min_ess=ess + 1e-6)
    assert (health.status, health.mean) == ("not_converged", pytest.approx(given.mean()))


def test_a_loss_beyond_the_bound_has_diverged():
    """A single draw is enough; at the bound is within it."""
    given = independent()
    given[1, 7] = 1e6
    assert judge(given, math.inf, max_loss=1e6).status != "diverged"
    assert judge(given, math.inf, max_loss=1e6 - 1) == DIVERGED


def test_what_is_kept_of_a_trace():
    """Steps 3, 5, 7 and 9 of ten: from the third on, every second."""
    trace = np.arange(20).reshape(2, 10)
    assert draws(trace, burn_in=3, every=2).tolist() == [[3, 5, 7, 9], [13, 15, 17, 19]]
    assert draws(trace, burn_in=8).tolist() == [[8, 9], [18, 19]]


def traces(count=3, steps=60):
    """Losses and distances of directions that differ."""
    given = np.stack([independent(4, steps, seed) for seed in range(count)])
    return given, np.abs(given) + np.arange(steps)


def test_every_direction_is_judged_by_its_kept_draws():
    """As `judge` does, with the mean distance over the same draws."""
    loss, distance = traces()
    limits = Limits(max_rhat=1.05, min_ess=10.0, max_drift=0.5)
    found = judge_all((loss, distance), limits, burn_in=11, every=3)
    for health, one, away in zip(found, loss, distance, strict=True):
        assert health[:6] == judge(one[:, 11::3], 1.05, 10.0, 0.5)[:6]
        assert health.distance == pytest.approx(away[:, 11::3].mean())


@pytest.mark.parametrize("step", [0, 4, 12, 59])
@pytest.mark.parametrize("part", [0, 1])
def test_burn_in_and_thinning_hide_no_divergence(step, part):
    """A loss or distance that is not finite at any step spoils the direction, and no other."""
    clean, spoiled = traces(), traces()
    spoiled[part][1, 2, step] = math.inf
    limits = Limits(max_rhat=1.5)
    before, after = (judge_all(given, limits, 10, 5) for given in (clean, spoiled))
    assert after[1] == DIVERGED
    assert [after[0], after[2]] == [before[0], before[2]]


def test_no_step_may_be_beyond_the_bound():
    """Not even one of the burn-in."""
    loss, distance = traces()
    loss[0, 0, 2] = 1e9
    found = judge_all((loss, distance), Limits(math.inf, max_loss=1e8), burn_in=10)
    assert [health.status for health in found] == ["diverged", "ok", "ok"]
