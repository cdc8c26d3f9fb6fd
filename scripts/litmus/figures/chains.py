"""A metric's directions with all that is known of their chains, and which of them are shown."""

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

ORDER = ("ok", "censored", "not_converged", "unreached", "diverged", "dead")
"""Statuses, from the best to what is no estimate at all."""
PATHS = ["direction", "metric", "chain", "step", "loss"]
"""The columns of the traces that `paths` reads."""


def judged(diagnostics: pd.DataFrame, scores: pd.DataFrame, metric: str) -> pd.DataFrame:
    """One row a direction of `metric`: what its chains told beside what became of its estimate.

    Args:
        diagnostics: rows in the DIAGNOSTICS contract, of this metric and others.
        scores: rows in the SCORES contract, of this metric and others.
        metric: which rows are meant.

    Returns:
        The columns of both. What diverged has no effective draws: NaN, where zero is stored.
    """
    told = diagnostics[diagnostics["metric"] == metric]
    scored = scores[scores["metric"] == metric].drop(columns=["group", "metric"])
    health = told.merge(scored, on="direction", validate="one_to_one")
    return health.assign(ess=health["ess"].where(health["status"] != "diverged"))


def chosen(health: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Status → its directions of lowest, median and highest R-hat, for every status present.

    Fewer rows where there are fewer directions; those without an R-hat come last.
    """
    found = {}
    for status in ORDER:
        rows = health[health["status"] == status]
        ordered = rows.sort_values(["rhat", "direction"], na_position="last")
        places = sorted({0, (len(ordered) - 1) // 2, len(ordered) - 1})
        if len(ordered):
            found[status] = ordered.iloc[places]
    return found


def paths(traces: pa.Table, health: pd.DataFrame) -> pd.DataFrame:
    """The traces that are shown: of the metric of `health`, its `chosen` directions alone.

    Args:
        traces: rows in the TRACES contract, `PATHS` at least, of any metrics and directions.
        health: the result of `judged`.
    """
    shown = [name for rows in chosen(health).values() for name in rows["direction"]]
    of_metric = pc.is_in(traces["metric"], pa.array(health["metric"].unique(), pa.string()))
    of_shown = pc.is_in(traces["direction"], pa.array(shown, pa.string()))
    return traces.filter(pc.and_(of_metric, of_shown)).to_pandas()
