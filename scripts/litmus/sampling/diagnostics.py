"""From the draws of a direction's chains to an estimate, its standard error and its status."""

import math
from typing import NamedTuple

import numpy as np
from arviz_stats.base import array_stats
from numpy.typing import ArrayLike


class Health(NamedTuple):
    """One direction's chains, judged by their draws."""

    mean: float
    """Mean of the draws; NaN where a chain diverged."""
    standard_error: float
    """Monte-Carlo error of the mean, from the spread between chains and the autocorrelation."""
    rhat: float
    """Rank-normalised split R-hat; near 1 where the chains agree."""
    ess: float
    """Effective sample size of the mean."""
    status: str
    """`ok`, `diverged` or `not_converged`."""
    drift: float = math.nan
    """Mean of the second half of the draws minus that of the first, in standard deviations of all
    draws: 2 at most, and around 0 within some 2/√ess where the chains are stationary."""
    distance: float = math.nan
    """Mean of ‖θ − θ₀‖ over the draws; NaN where a chain diverged or nobody measured."""


class Limits(NamedTuple):
    """What chains must keep to; as they are by default, only `max_rhat` rules anything out."""

    max_rhat: float
    """Chains with a larger R-hat have not converged."""
    min_ess: float = 0.0
    """Nor have those with fewer effective draws."""
    max_drift: float = math.inf
    """Nor those whose halves differ by more standard deviations of the draws."""
    max_loss: float = math.inf
    """A chain whose loss is ever larger has diverged."""


DIVERGED = Health(math.nan, math.nan, math.nan, 0.0, "diverged")


def judge(
    draws: np.ndarray,
    max_rhat: float,
    min_ess: float = 0.0,
    max_drift: float = math.inf,
    max_loss: float = math.inf,
) -> Health:
    """Judge the draws of one direction, shape (chains, draws ≥ 4), by `Limits`.

    R-hat, effective sample size and Monte-Carlo error as in Vehtari et al. (2021,
    arXiv 1903.08008), computed by ArviZ. The mean of a direction with a non-finite draw is NaN: no
    part of a diverged chain contributes.
    """
    # A comparison with NaN is false: a loss that is not a number is not within the limit.
    if not (np.isfinite(draws).all() and draws.max() <= max_loss):
        return DIVERGED
    mean, spread = float(draws.mean()), float(draws.std())
    if np.ptp(draws) == 0:
        return Health(mean, 0.0, 1.0, float(draws.size), "ok", drift=0.0)
    rhat = float(array_stats.rhat(draws, chain_axis=0, draw_axis=1))
    ess = float(array_stats.ess(draws, chain_axis=0, draw_axis=1, method="mean"))
    half = draws.shape[1] // 2
    drift = float(draws[:, half:].mean() - draws[:, :half].mean()) / spread
    # Again: an R-hat that cannot be computed is not a converged one.
    converged = rhat <= max_rhat and ess >= min_ess and abs(drift) <= max_drift
    error = float(draws.std(ddof=1)) / math.sqrt(ess)
    return Health(mean, error, rhat, ess, "ok" if converged else "not_converged", drift)


def draws(trace: np.ndarray, burn_in: int, every: int = 1) -> np.ndarray:
    """What is kept of a trace (…, steps): every `every`-th step from step `burn_in` on."""
    return trace[..., burn_in::every]


def judge_all(
    traces: tuple[ArrayLike, ArrayLike], limits: Limits, burn_in: int, every: int = 1
) -> list[Health]:
    """Judge every direction by its draws, and its divergence by all of its steps.

    Neither burn-in nor thinning hides anything: a direction that was not finite, or beyond
    `max_loss`, at any step of any chain has diverged.

    Args:
        traces: `chains.Traces`: loss and distance, each (directions, chains, steps).
        limits: what the chains must keep to.
        burn_in: steps dropped from the beginning.
        every: of the rest, the first of so many is kept.
    """
    losses, distances = (np.asarray(part) for part in traces)
    sound = np.isfinite(losses) & np.isfinite(distances) & (losses <= limits.max_loss)
    found = []
    for loss, distance, good in zip(losses, distances, sound, strict=True):
        if good.all():
            health = judge(draws(loss, burn_in, every), *limits)
            found.append(health._replace(distance=float(draws(distance, burn_in, every).mean())))
        else:
            found.append(DIVERGED)
    return found
