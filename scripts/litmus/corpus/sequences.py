"""Documents → rows of `context` token ids."""

from collections.abc import Iterable

import numpy as np
from tokenizers import Tokenizer

from litmus.corpus.tokenizer import Marks
from litmus.errors import LitmusError


def of_texts(
    tokenizer: Tokenizer, texts: list[str], context: int, most: int, marks: Marks
) -> np.ndarray:
    """The texts of one split, joined with `marks.end` between them, cut into rows.

    A row begins with `marks.bos` where there is one, and then holds one token of text less.

    Returns:
        int32 array (n, context), n ≤ most; the tail that fills no row is dropped.
    """
    tokenizer.encode_special_tokens = True  # a text that spells END out means its characters
    width = _width(context, marks)
    between = [] if marks.end is None else [marks.end]
    ids: list[np.ndarray] = []
    total = 0
    for start in range(0, len(texts), 256):
        if total >= most * width:
            break
        for encoding in tokenizer.encode_batch(
            texts[start : start + 256], add_special_tokens=False
        ):
            ids.append(np.array(encoding.ids + between, dtype=np.int32))
            total += len(ids[-1])
    joined = np.concatenate(ids) if ids else np.empty(0, np.int32)
    return _begun(_cut(joined, width)[:most], marks)


def of_tokens(documents: Iterable[np.ndarray], context: int, most: int, marks: Marks) -> np.ndarray:
    """Token ids of one split, each document cut into rows by itself.

    Documents are not joined (ours: their ids may have a beginning of their own). A row begins with
    `marks.bos` where there is one, and then holds one of the ids less.

    Args:
        documents: int32 (n,) each.
        context: tokens in a row.
        most: rows, at most.
        marks: what rows begin with.

    Returns:
        int32 array (n, context), n ≤ most; the tail of a document that fills no row is dropped.
    """
    width = _width(context, marks)
    rows = [np.empty((0, width), np.int32)]
    total = 0
    for ids in documents:
        if total >= most:
            break
        rows.append(_cut(ids, width))
        total += len(rows[-1])
    return _begun(np.concatenate(rows)[:most], marks)


def check(ids: np.ndarray, vocabulary: int, whose: str) -> None:
    """Make sure that every id is one of `vocabulary`.

    Raises:
        LitmusError: names the largest id, and `whose` vocabulary it is not in.
    """
    if ids.size and ids.max() >= vocabulary:
        raise LitmusError(
            f"corpus: found the token id {ids.max()}, but {whose} knows ids below {vocabulary} "
            "only; give it tokens of its own tokenizer"
        )


def _width(context: int, marks: Marks) -> int:
    """Tokens of text in a row."""
    return context - (marks.bos is not None)


def _cut(ids: np.ndarray, width: int) -> np.ndarray:
    count = len(ids) // width
    return ids[: count * width].reshape(count, width)


def _begun(rows: np.ndarray, marks: Marks) -> np.ndarray:
    if marks.bos is None:
        return rows
    return np.insert(rows, 0, np.int32(marks.bos), axis=1)
