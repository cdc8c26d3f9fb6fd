"""`documents.parquet`: the documents of both splits, as texts or as token ids."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from litmus import tables
from litmus.corpus.columns import TokenDocument
from litmus.corpus.sources import Document

SPLITS = ("train", "eval")


class Split(NamedTuple):
    """What one split holds: texts, or token ids, in the drawn order."""

    texts: list[str]
    ids: list[np.ndarray]
    """int32 (n,) each."""

    def contents(self) -> list[bytes]:
        """What the documents hold, for a checksum."""
        return [text.encode() for text in self.texts] + [ids.tobytes() for ids in self.ids]


def table(
    training: Sequence[Document | TokenDocument], evaluation: Sequence[Document | TokenDocument]
) -> pa.Table:
    """`documents.parquet`, training first; texts and token ids do not mix."""
    every = [*training, *evaluation]
    head = {
        "document": [document[0] for document in every],
        "split": ["train"] * len(training) + ["eval"] * len(evaluation),
    }
    if isinstance(every[0], Document):
        texts = [document[1] for document in every]
        return pa.table(head | {"text": texts}, schema=tables.DOCUMENTS)
    ids = [document.array() for document in every]
    ends = np.cumsum([0, *map(len, ids)])
    lists = pa.LargeListArray.from_arrays(pa.array(ends), pa.array(np.concatenate(ids)))
    return pa.table(head | {"tokens": lists}, schema=tables.TOKEN_DOCUMENTS)


def split_of(documents: pa.Table, split: str) -> Split:
    """The documents of one split of `documents.parquet`."""
    chosen = documents.filter(pc.equal(documents["split"], split))
    if "text" in chosen.schema.names:
        return Split(chosen["text"].to_pylist(), [])
    lists = chosen["tokens"].combine_chunks()
    ends = np.cumsum(pc.list_value_length(lists).to_numpy())
    return Split([], np.split(lists.flatten().to_numpy(), ends[:-1]))
