"""The tidy table that every metric writes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from litmus import tables
from litmus.directions.table import Directions


class Scores(NamedTuple):
    """A metric's values for n directions."""

    value: np.ndarray
    standard_error: np.ndarray
    status: Sequence[str]


def write(path: str | Path, metric: str, directions: Directions, scores: Scores) -> None:
    """Write `scores/<family>/<group>/<chunk>.parquet` of a family of one metric."""
    write_all(path, directions, {metric: scores})


def write_all(path: str | Path, directions: Directions, scores: Mapping[str, Scores]) -> None:
    """Write `scores/<family>/<group>/<chunk>.parquet`: the scores of several metrics, by name.

    Direction by direction, so that the joined table does not depend on where chunks end.
    """
    joined = pa.concat_tables(_table(metric, directions, each) for metric, each in scores.items())
    order = np.arange(len(joined)).reshape(len(scores), -1).T.ravel()
    tables.write(joined.take(order), path)


def _table(metric: str, directions: Directions, scores: Scores) -> pa.Table:
    count = len(directions.ids)
    return pa.table(
        {
            "direction": directions.ids,
            "group": [directions.group] * count,
            "metric": [metric] * count,
            "value": np.asarray(scores.value, np.float64),
            "standard_error": np.asarray(scores.standard_error, np.float64),
            "status": list(scores.status),
        },
        schema=tables.SCORES,
    )


def checked(value: np.ndarray, standard_error: np.ndarray, dead: np.ndarray) -> Scores:
    """Scores of a deterministic metric: `dead` where there is nothing to measure, else `ok`."""
    status = np.where(dead | ~np.isfinite(value), "dead", "ok")
    return Scores(value, standard_error, status.tolist())
