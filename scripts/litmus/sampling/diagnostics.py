"""From the draws of a direction's chains to an estimate, its standard error and its status."""

from typing import NamedTuple

import numpy as np
from arviz_stats.base import array_stats


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


def judge(draws: np.ndarray, max_rhat: float) -> Health:
    """Judge the draws of one direction, shape (chains, draws ≥ 4).

    R-hat, effective sample size and Monte-Carlo error as in Vehtari et al. (2021,
    arXiv 1903.08008), computed by ArviZ. The mean of a direction with a non-finite draw is NaN: no
    part of a diverged chain contributes.
    """
    if not np.isfinite(draws).all():
        return Health(np.nan, np.nan, np.nan, 0.0, "diverged")
    mean = float(draws.mean())
    if np.ptp(draws) == 0:
        return Health(mean, 0.0, 1.0, float(draws.size), "ok")
    rhat = float(array_stats.rhat(draws, chain_axis=0, draw_axis=1))
    ess = float(array_stats.ess(draws, chain_axis=0, draw_axis=1, method="mean"))
    error = float(array_stats.mcse(draws, chain_axis=0, draw_axis=1, method="mean"))
    # A comparison with NaN is false: an R-hat that cannot be computed is not a converged one.
    return Health(mean, error, rhat, ess, "ok" if rhat <= max_rhat else "not_converged")
