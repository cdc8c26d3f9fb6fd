"""Which of the settings tried is taken. Ours; separation is never looked at.

A setting passes where, in this order,

- `diverged`: no direction diverged;
- `not_converged`: every direction is ok by the block's limits on R-hat, effective draws and drift;
- `drift`: the loss averaged over directions drifts by no more than three of its standard errors;
- `start`: what the pull's share of the loss, 1 − information, still lacks of its stationary
  variance is at most 5 %. R-hat, effective draws and drift cannot see a slow chain below the noise
  of small minibatches;
- `hot`: the loss is not above what the pull alone gives by more than a standard error;
- `stiff`: ε·(nβ·h + γ) at the draws is below 1, where the step makes what the steepest direction
  in weight space adds to λ̂ a third too large, and what the others add less.

Taken is, of those that pass, the one with the most information × effective draws a step; counted
is the information that is left after a standard error, lest the luckiest of many draws win. Where
none passes it is the one whose first missed criterion comes last in the list above; among equals
the one with the fewest diverged, then the most converged directions, then as above.
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from litmus.tables import atomic

DRIFT = 3.0
START = 0.05
STEP = 1.0
REASONS = ("diverged", "not_converged", "drift", "start", "hot", "stiff")


def judged(tried: pd.DataFrame) -> pd.DataFrame:
    """The settings tried, with four more columns.

    Args:
        tried: rows of `calibration/<family>/<chunk>.parquet`, joined.

    Returns:
        The same rows with `passed`; `reason`, the first criterion missed or nothing; `merit`, the
        information that is sure × effective draws a step; `chosen`, true for one.
    """
    reasons = [_reason(row) for _, row in tried.iterrows()]
    sure = tried["information"] - tried["information_error"]
    table = tried.assign(
        passed=[not reason for reason in reasons],
        reason=reasons,
        merit=sure.clip(lower=0) * tried["ess_per_step"],
    )
    order = pd.DataFrame(
        {
            "missed": [REASONS.index(r) if r else len(REASONS) for r in reasons],
            "diverged": -table["diverged"],
            "converged": table["converged"],
            "merit": table["merit"].fillna(-math.inf),
            "sure": sure.fillna(-math.inf),
            "first": -table["setting"],
        }
    )
    best = order.sort_values(list(order.columns)).index[-1]
    return table.assign(chosen=table.index == best)


def _reason(row: pd.Series) -> str:
    """The first criterion that a setting misses; what is not a number misses it."""
    unforgotten = row["memory"] * (1 - row["information"])
    held = (
        row["diverged"] == 0,
        row["directions"] > 0 and row["converged"] == row["directions"],
        abs(row["drift"]) <= DRIFT * row["drift_error"],
        unforgotten <= START,
        row["information"] >= -row["information_error"],
        row["step"] < STEP,
    )
    return next((name for name, good in zip(REASONS, held, strict=True) if not good), "")


def write(table: pd.DataFrame, names: Sequence[str], path: str | Path) -> None:
    """Write the chosen setting's values for `names` as JSON."""
    chosen = table[table["chosen"]].iloc[0]
    with atomic(path) as temporary:
        temporary.write_text(json.dumps({name: float(chosen[name]) for name in names}) + "\n")
