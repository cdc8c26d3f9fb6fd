"""From draws to a mean, its error and its status."""

import math

import numpy as np
import pytest

from litmus.sampling.diagnostics import judge


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
    assert judge(np.full((2, 6), 3.5), max_rhat=1.2) == (3.5, 0.0, 1.0, 12.0, "ok")


@pytest.mark.filterwarnings("ignore:.*encountered in scalar divide")
def test_chains_stuck_at_different_values_have_not_converged():
    """Each constant, but not the same constant."""
    stuck = np.repeat([[1.0], [2.0]], 10, axis=1)
    assert judge(stuck, max_rhat=1.2).status == "not_converged"


def test_four_draws_of_two_chains_are_enough():
    """The least that the settings allow gives a finite mean, error and R-hat."""
    health = judge(independent(2, 4), max_rhat=100)
    assert np.isfinite([health.mean, health.standard_error, health.rhat]).all()
