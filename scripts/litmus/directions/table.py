"""Directions on disk: `directions/<group>/<chunk>.parquet`."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from litmus import tables
from litmus.directions.chunks import indices
from litmus.errors import LitmusError


class Directions(NamedTuple):
    """Some directions of one group: ids, group and unit vectors float32 (n, width)."""

    ids: list[str]
    group: str
    vectors: np.ndarray


def write(
    path: str | Path, group: str, chunk: str, vectors: np.ndarray, sources: Sequence[str]
) -> None:
    """Write one chunk of unit `vectors` (n, width) with a word on where each comes from."""
    width = vectors.shape[1]
    numbers = indices(chunk)
    tables.write(
        pa.table(
            {
                "direction": [f"{group}/{i:05d}" for i in numbers],
                "group": [group] * len(numbers),
                "index": pa.array(numbers, pa.int32()),
                "vector": pa.FixedSizeListArray.from_arrays(
                    pa.array(vectors.astype(np.float32).ravel()), width
                ),
                "source": list(sources),
            },
            schema=tables.directions_schema(width),
        ),
        path,
    )


def read(path: str | Path) -> Directions:
    """Read one chunk.

    Raises:
        LitmusError: the file is damaged, or a vector is not a finite unit vector.
    """
    table = tables.read(path)
    flat = table["vector"].combine_chunks().flatten().to_numpy()
    vectors = flat.reshape(len(table), -1).copy()
    norms = np.linalg.norm(vectors, axis=1)
    unit = np.abs(norms - 1) <= 1e-4  # false for NaN too
    if not unit.all():
        first = table["direction"][int(np.argmin(unit))].as_py()
        raise LitmusError(f"{path}: {first} is no unit vector; every direction must have norm 1")
    return Directions(table["direction"].to_pylist(), table["group"][0].as_py(), vectors)
