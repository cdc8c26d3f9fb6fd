"""The tidy table that every metric writes."""

from collections.abc import Sequence
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
    """Write `scores/<metric>/<group>/<chunk>.parquet`."""
    count = len(directions.ids)
    tables.write(
        pa.table(
            {
                "direction": directions.ids,
                "group": [directions.group] * count,
                "metric": [metric] * count,
                "value": np.asarray(scores.value, np.float64),
                "standard_error": np.asarray(scores.standard_error, np.float64),
                "status": list(scores.status),
            },
            schema=tables.SCORES,
        ),
        path,
    )


def checked(value: np.ndarray, standard_error: np.ndarray, dead: np.ndarray) -> Scores:
    """Scores of a deterministic metric: `dead` where there is nothing to measure, else `ok`."""
    status = np.where(dead | ~np.isfinite(value), "dead", "ok")
    return Scores(value, standard_error, status.tolist())
