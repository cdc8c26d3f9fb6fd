"""The study's cells in numbers: how cheap measures rank and separate, beside λ̂'s health."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from litmus.study.column import FINITE, OK, Column
from litmus.study.compare import DELTAS, RANKING, Effort, deltas, ranking

DEAR = "llc_functional"
CELL = ["layer", "nonlinearity", "threshold", "regime"]
_KEYS = [
    ("layer", pa.int16()),
    ("nonlinearity", pa.string()),
    ("threshold", pa.float64()),
    ("regime", pa.string()),
    # `ok`: directions whose chains converged with every seed · `all`: those that did not too.
    ("directions", pa.string()),
]
STUDY_RANKING = pa.schema([*_KEYS, *RANKING])
STUDY_DELTAS = pa.schema([*_KEYS, ("candidate", pa.string()), *DELTAS])
STATUSES = {"ok": OK, "all": FINITE}
# From bad to worse: over seeds, a direction has the worst it had.
WORSE = ("ok", "not_converged", "unreached", "diverged", "dead")


class Summary(NamedTuple):
    """The study's tables."""

    ranking: pd.DataFrame
    """Columns of `STUDY_RANKING`."""
    deltas: pd.DataFrame
    """Columns of `STUDY_DELTAS`."""


def summary(study: pd.DataFrame, confidence: float, resamples: int, seed: int) -> Summary:
    """Every cheap measure against λ̂ in every cell, with and without what did not converge.

    A measure is the mean over seeds, and its reliability comes from how seeds agree. In each cell
    the first group is held against the others by δ.

    Args:
        study: rows of `study.parquet`.
        confidence: of the intervals.
        resamples: of the bootstraps.
        seed: of the resamples.
    """
    effort = Effort(confidence, resamples, seed)
    rankings, differences = [], []
    for cell, rows in study.groupby(CELL, sort=False, dropna=False):
        candidate, *others = rows["group"].unique()
        columns = {metric: over_seeds(rows, metric) for metric in rows["metric"].unique()}
        dear = columns.pop(DEAR)
        for cheap in columns.values():
            for kept, statuses in STATUSES.items():
                keys = {**dict(zip(CELL, cell, strict=True)), "directions": kept}
                ranks = ranking(dear, cheap, effort, statuses)
                rankings.append(ranks.assign(**keys))
                told = deltas(dear, cheap, candidate, others, effort, statuses)
                differences.append(told.assign(**keys, candidate=candidate))
    return Summary(
        pd.concat(rankings, ignore_index=True)[STUDY_RANKING.names],
        pd.concat(differences, ignore_index=True)[STUDY_DELTAS.names],
    )


def over_seeds(rows: pd.DataFrame, metric: str) -> Column:
    """A metric's mean over seeds, with each seed's value as a repeat."""
    of_metric = rows[rows["metric"] == metric]
    repeats = of_metric.pivot(index="direction", columns="seed", values="value")
    by = of_metric.groupby("direction", sort=False)
    scores = pd.DataFrame(
        {
            "group": by["group"].first(),
            "value": by["value"].apply(lambda each: each.to_numpy().mean()),
            "standard_error": by["standard_error"].apply(
                lambda each: np.sqrt((each.to_numpy() ** 2).sum()) / len(each)
            ),
            "status": by["status"].apply(lambda each: max(each, key=WORSE.index)),
        }
    )
    return Column(metric, scores, repeats)


def converged(study: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Of each cell: how many directions' λ̂ have which status, the worst over seeds."""
    for cell, rows in study.groupby(CELL, sort=False):
        counts = over_seeds(rows, DEAR).scores["status"].value_counts()
        yield {**dict(zip(CELL, cell, strict=True)), **counts.to_dict()}
