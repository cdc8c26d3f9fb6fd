"""A column of texts or of lists of token ids, a batch of rows at a time."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from litmus.corpus.files import TOKEN_ENDINGS, files
from litmus.corpus.sources import Document
from litmus.errors import LitmusError

ROWS = 1024  # of a file, that are held at once
LARGEST = np.iinfo(np.int32).max
LISTS = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)


class TokenDocument(NamedTuple):
    """Token ids that are never split between training and evaluation."""

    name: str
    ids: bytes
    """Of an int32 array: they can be compared and take 4 bytes a token."""

    def array(self) -> np.ndarray:
        """The ids, int32 (n,)."""
        return np.frombuffer(self.ids, np.int32)


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds texts."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def is_tokens(kind: pa.DataType) -> bool:
    """Whether a column of this type holds lists of integers."""
    return any(is_list(kind) for is_list in LISTS) and pa.types.is_integer(kind.value_type)


def tokens(paths: list[str], field: str) -> Iterator[Document | TokenDocument]:
    """The rows of the user's `.parquet` files that hold a token, in the order of the files' names.

    Args:
        paths: files, or folders that are searched for `.parquet`.
        field: the column that holds lists of token ids.

    Raises:
        LitmusError: a file is unreadable, or its column holds no token ids.
    """
    for path in files(paths, TOKEN_ENDINGS):
        try:
            with pq.ParquetFile(path) as file:
                kind = column(file.schema_arrow.empty_table(), field, path).type
                if not is_tokens(kind):
                    raise LitmusError(
                        f"{path}: column '{field}' holds {kind}, not lists of whole numbers; name "
                        "the column of token ids in corpus.field, or set corpus.source: text"
                    )
                yield from documents(file.iter_batches(ROWS, columns=[field]), field, path)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise LitmusError(f"{path}: could not be read as Parquet ({error})") from error


def documents(
    batches: Iterable[pa.RecordBatch | pa.Table], field: str, where: str | Path
) -> Iterator[Document | TokenDocument]:
    """What the rows hold, told apart by the column's type; empty rows and nulls are passed over.

    Raises:
        LitmusError: there is no such column, it holds neither, or an id cannot be one.
    """
    first = 0
    for batch in batches:
        values = column(batch, field, where)
        if is_tokens(values.type):
            for row, ids in enumerate(_ids(values, where, first), start=first):
                if len(ids):
                    yield TokenDocument(f"{where}:{row}", ids.tobytes())
        elif is_text(values.type):
            for row, text in enumerate(values.to_pylist(), start=first):
                if text and text.strip():
                    yield Document(f"{where}:{row}", text)
        elif not pa.types.is_null(values.type):
            raise LitmusError(
                f"{where}: column '{field}' holds {values.type}, neither text nor lists of token "
                f"ids; {_choice(batch)}"
            )
        first += batch.num_rows


def column(batch: pa.RecordBatch | pa.Table, field: str, where: str | Path) -> pa.Array:
    """The column `field`; a sentence that names the others where there is none."""
    if field not in batch.schema.names:
        raise LitmusError(f"{where}: has no column '{field}'; {_choice(batch)}")
    values = batch.column(field)
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _choice(batch: pa.RecordBatch | pa.Table) -> str:
    return f"corpus.field may name one of {', '.join(batch.schema.names)}"


def _ids(values: pa.Array, where: str | Path, first: int) -> list[np.ndarray]:
    """int32 (n,) of every row; a null row has none."""
    ends = np.cumsum(pc.fill_null(pc.list_value_length(values), 0).to_numpy())
    flat = values.flatten()
    if flat.null_count:
        raise LitmusError(f"{where}: a list of token ids holds null; give every token its id")
    if len(flat):
        numbers = flat.to_numpy(zero_copy_only=False)
        if wrong := [i for i in (numbers.argmin(), numbers.argmax()) if not _fits(numbers[i])]:
            row = first + int(np.searchsorted(ends, wrong[0], side="right"))
            raise LitmusError(
                f"{where}: row {row} holds the token id {numbers[wrong[0]]}; ids are whole numbers "
                "from 0 to below the size of the tokenizer's vocabulary"
            )
        return np.split(numbers.astype(np.int32), ends[:-1])
    return [np.empty(0, np.int32)] * len(values)


def _fits(number: np.integer) -> bool:
    return 0 <= int(number) <= LARGEST
