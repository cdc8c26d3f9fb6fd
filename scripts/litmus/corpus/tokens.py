"""`tokens.parquet`: sequences of `context` token ids, written and read."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from litmus import tables
from litmus.tables import tokens_schema


def table(evaluation: np.ndarray, training: np.ndarray) -> pa.Table:
    """`tokens.parquet`: evaluation first, so that its sequence numbers never depend on training."""
    context = evaluation.shape[1]
    rows = np.concatenate([evaluation, training])
    split = ["eval"] * len(evaluation) + ["train"] * len(training)
    return pa.table(
        {
            "sequence": pa.array(np.arange(len(rows), dtype=np.int32)),
            "split": pa.array(split),
            "tokens": pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), context),
        },
        schema=tokens_schema(context),
    )


def batches(
    path: str | Path, split: str, size: int, most: int | None = None
) -> Iterator[tuple[int, np.ndarray]]:
    """The first `most` rows of one split, `size` at a time, without the others in memory.

    Yields:
        The number of the first sequence, and int32 (n, context).
    """
    left = most
    with tables.reading(path), pq.ParquetFile(path, page_checksum_verification=True) as file:
        # Rows lie split by split, so a batch of the file holds a run of this one, or none of it.
        for rows in file.iter_batches(batch_size=size):
            chosen = rows.filter(pc.equal(rows["split"], split))
            if left is not None:
                chosen = chosen.slice(0, left)
                left -= len(chosen)
            if len(chosen):
                flat = chosen["tokens"].flatten().to_numpy()
                yield chosen["sequence"][0].as_py(), flat.reshape(len(chosen), -1)


def split_of(tokens: pa.Table, split: str) -> np.ndarray:
    """The rows of one split of `tokens.parquet`: int32 (n, context)."""
    chosen = tokens.filter(pc.equal(tokens["split"], split))["tokens"].combine_chunks()
    return chosen.flatten().to_numpy().reshape(len(chosen), -1).copy()


def unigram_entropy(training: np.ndarray, evaluation: np.ndarray, vocabulary: int) -> float:
    """Cross-entropy (nats a token) of `evaluation` under the token frequencies of `training`.

    What a model scores that has learned how often tokens occur and nothing else; counts start at 1.
    """
    counts = np.bincount(training.ravel(), minlength=vocabulary) + 1.0
    return float(-np.log(counts / counts.sum())[evaluation.ravel()].mean())
