"""What the chains of each direction say about themselves: R-hat and drift."""

import numpy as np
import pandas as pd

from litmus.sampling.diagnostics import judge

COLUMNS = ("direction", "group", "rhat", "first_half", "second_half", "drift")


def summarise(traces: pd.DataFrame, burn_in: int) -> pd.DataFrame:
    """One row a direction: how its chains behaved after `burn_in` steps.

    Args:
        traces: rows in the TRACES contract, every step of every chain, counted from 0.
        burn_in: steps dropped from the beginning of each chain.

    Returns:
        Columns direction, group, rhat (as the scores' status used it; NaN where a draw is not
        finite), first_half and second_half (means of the loss over the halves of the draws), and
        drift (their difference in units of the draws' standard deviation).
    """
    draws = traces[traces["step"] >= burn_in]
    if draws.empty:
        return pd.DataFrame({name: pd.Series(dtype=float) for name in COLUMNS})
    wide = draws.pivot(index=["group", "direction", "chain"], columns="step", values="loss")
    return pd.DataFrame(
        [
            (direction, group, *_behaviour(chains.to_numpy(float)))
            for (group, direction), chains in wide.groupby(level=["group", "direction"])
        ],
        columns=COLUMNS,
    )


def _behaviour(draws: np.ndarray) -> tuple[float, float, float, float]:
    """R-hat, means of both halves and drift of one direction's draws, shape (chains, draws)."""
    if not np.isfinite(draws).all():
        return (np.nan,) * 4
    half = draws.shape[1] // 2
    early, late = draws[:, :half].mean(), draws[:, half:].mean()
    spread = draws.std()
    drift = (late - early) / spread if spread > 0 else 0.0
    return judge(draws, max_rhat=np.inf).rhat, early, late, drift
