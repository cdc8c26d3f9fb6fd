"""Scores of every live feature of a dictionary, not of the sampled ones alone."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from litmus import tables
from litmus.metrics.scores import Scores

# `feature` is the dictionary's row; `direction` the id that it has, or would have, in group `sae`.
SCHEMA = pa.schema(
    [
        ("feature", pa.int32()),
        ("direction", pa.string()),
        ("metric", pa.string()),
        ("value", pa.float64()),
        ("standard_error", pa.float64()),
        ("status", pa.string()),
    ]
)


def write(path: str | Path, rows: np.ndarray, scores: Mapping[str, Scores]) -> None:
    """Write `dictionary/<hook>/<seed>/<family>.parquet`, feature by feature.

    Args:
        path: of the table.
        rows: the live features' rows in the dictionary, in their order, int (n,).
        scores: of these n features, by metric.
    """
    parts = [
        pa.table(
            {
                "feature": rows.astype(np.int32),
                "direction": [f"sae/{i:05d}" for i in range(len(rows))],
                "metric": [metric] * len(rows),
                "value": each.value,
                "standard_error": each.standard_error,
                "status": list(each.status),
            },
            schema=SCHEMA,
        )
        for metric, each in scores.items()
    ]
    order = np.arange(len(rows) * len(parts)).reshape(len(parts), -1).T.ravel()
    tables.write(pa.concat_tables(parts).take(order), path)
