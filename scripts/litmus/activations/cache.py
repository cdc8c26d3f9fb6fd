"""The activation cache: `activations/<hook>.parquet`, written and read by row group.

A row is a token, a row group one batch of whole sequences of one split, so that memory holds one
batch whatever the number of tokens.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from litmus import tables
from litmus.errors import LitmusError


class Block(NamedTuple):
    """Some whole sequences: tokens (n, context), activations (n, context, width)."""

    tokens: np.ndarray
    activations: np.ndarray


def write(
    path: str | Path,
    sequences: Iterable[tuple[str, int, np.ndarray]],
    lower: Callable[[np.ndarray], np.ndarray],
    width: int,
    visit: Callable[[str, np.ndarray], None],
) -> None:
    """Stream the activations of `sequences` to `path`.

    Args:
        path: the cache.
        sequences: batches of (split, number of the first sequence, tokens (n, context)).
        lower: tokens (n, context) → activations float32 (n, context, width).
        width: of the residual stream.
        visit: sees the split and the activations (n·context, width) of every batch.

    Raises:
        LitmusError: an activation is not finite.
    """
    schema = tables.activations_schema(width)
    with (
        tables.atomic(path) as temporary,
        pq.ParquetWriter(
            temporary,
            schema,
            compression="none",
            use_dictionary=["split"],
            write_page_checksum=True,
        ) as writer,
    ):
        for split, first, tokens in sequences:
            flat = finite(lower(tokens)).reshape(-1, width)
            visit(split, flat)
            count, context = tokens.shape
            columns = [
                pa.array(np.repeat(np.arange(first, first + count, dtype=np.int32), context)),
                pa.array([split] * tokens.size),
                pa.array(np.tile(np.arange(context, dtype=np.int32), count)),
                pa.array(tokens.ravel()),
                pa.FixedSizeListArray.from_arrays(pa.array(flat.ravel()), width),
            ]
            writer.write_table(pa.table(columns, schema=schema), row_group_size=tokens.size)


def blocks(path: str | Path, split: str) -> Iterator[Block]:
    """The cache's blocks of one split, one row group at a time, pages checked.

    Raises:
        LitmusError: the file is missing or damaged (it is then set aside).
    """
    with tables.reading(path), pq.ParquetFile(path, page_checksum_verification=True) as file:
        split_column = file.schema_arrow.get_field_index("split")
        for group in range(file.num_row_groups):
            if file.metadata.row_group(group).column(split_column).statistics.min != split:
                continue
            table = file.read_row_group(group, columns=["sequence", "token", "activation"])
            count = len(table["sequence"].unique())
            flat = table["activation"].combine_chunks().flatten().to_numpy()
            yield Block(
                table["token"].to_numpy().reshape(count, -1),
                flat.reshape(count, len(table) // count, -1),
            )


def rows(path: str | Path, split: str, numbers: np.ndarray) -> np.ndarray:
    """The activations of some tokens of one split, by number: (n,) → (n, width)."""
    chosen: np.ndarray | None = None
    first = 0
    for block in blocks(path, split):
        flat = block.activations.reshape(-1, block.activations.shape[-1])
        if chosen is None:
            chosen = np.empty((len(numbers), flat.shape[1]), flat.dtype)
        inside = (numbers >= first) & (numbers < first + len(flat))
        chosen[inside] = flat[numbers[inside] - first]
        first += len(flat)
    if chosen is None or (len(numbers) and numbers.max() >= first):
        raise LitmusError(f"{path}: holds {first} tokens of split {split}, more were asked for")
    return chosen


def finite(activations: np.ndarray) -> np.ndarray:
    """`activations`, where all are finite.

    Raises:
        LitmusError: one is not.
    """
    if not np.isfinite(activations).all():
        raise LitmusError(
            "model: the subject's activations hold NaN or infinite numbers; its weights have "
            "diverged: lower model.learning_rate, or take another checkpoint"
        )
    return activations
