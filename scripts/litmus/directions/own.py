"""Directions of one's own: the vectors of a file, a row each, checked and normalised.

What the file may be is in `own_files`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from litmus.directions.own_files import opened, told
from litmus.errors import LitmusError

if TYPE_CHECKING:  # the workflow counts rows before it starts, without NumPy
    import numpy as np


class Own(NamedTuple):
    """The directions of a file, as they were found."""

    vectors: np.ndarray
    """Float64 (n, width), finite, none of them zero."""
    names: list[str]
    """What the file says of each: its id and label, or its row."""


def count(path: str | Path) -> int:
    """How many rows the file holds, by its header alone.

    Raises:
        LitmusError: it is no such file, or holds no table of two rows or more.
    """
    with opened(path) as found:
        return found.shape[0]


def read(path: str | Path) -> Own:
    """All rows of the file.

    Raises:
        LitmusError: it is no such file; a row is not finite, or zero; ids or labels are not as many
            as rows, or an id is there twice.
    """
    import numpy as np

    where = told(path)
    with opened(path) as found:
        vectors, ids, labels = np.asarray(found.vectors()), found.ids(), found.labels()
    if vectors.dtype.kind not in "fiu":
        raise LitmusError(f"{where}, whose vectors are of type {vectors.dtype}; valid: numbers")
    vectors = vectors.astype(np.float64)
    for wrong, holds, valid in (
        (~np.isfinite(vectors).all(1), "holds NaN or infinite numbers", "finite numbers"),
        (~vectors.any(1), "is zero", "vectors that point somewhere"),
    ):
        if wrong.any():
            raise LitmusError(
                f"{where}, whose row {int(wrong.argmax())} (the first is 0) {holds}; valid: {valid}"
            )
    for name, column in (("ids", ids), ("labels", labels)):
        if column is not None and len(column) != len(vectors):
            raise LitmusError(
                f"{where}, which has {len(column)} {name} for {len(vectors)} rows; valid: one a row"
            )
    rows: dict[str, int] = {}
    for row, name in enumerate(map(str, ids or ())):
        if (before := rows.setdefault(name, row)) != row:
            raise LitmusError(
                f"{where}, whose row {row} (the first is 0) has the id {name!r} of row {before}; "
                "valid: each id once"
            )
    names = [f"row {row}" for row in range(len(vectors))] if ids is None else list(map(str, ids))
    if labels is not None:
        names = [f"{one}: {label}" for one, label in zip(names, labels, strict=True)]
    return Own(vectors, names)


def directions(
    own: Own, rows: Sequence[int], width: int, centred: bool, path: str | Path
) -> np.ndarray:
    """Unit vectors float64 (len(rows), width) of some rows.

    Without their mean over coordinates where the residual stream has none.

    Raises:
        LitmusError: their width is not the subject's, or nothing is left of one.
    """
    import numpy as np

    from litmus.directions.controls import centre, unit

    if own.vectors.shape[1] != width:
        raise LitmusError(
            f"{told(path)}, whose vectors have {own.vectors.shape[1]} numbers; valid: {width}, the "
            "width of the subject's residual stream"
        )
    chosen = own.vectors[np.asarray(rows)]
    # By a power of two, so that the squares of tiny and huge numbers are numbers too.
    chosen = np.ldexp(chosen, -np.frexp(np.abs(chosen).max(1, keepdims=True))[1])
    moved = centre(chosen, centred)
    rounding = 8 * np.finfo(float).eps * np.linalg.norm(chosen, axis=1)
    flat = np.linalg.norm(moved, axis=1) <= rounding
    if flat.any():
        raise LitmusError(
            f"{told(path)}, whose row {rows[int(flat.argmax())]} (the first is 0) is the same "
            "number everywhere; valid: others, for the residual stream has no mean over its "
            "coordinates"
        )
    return unit(moved)
