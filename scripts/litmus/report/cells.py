"""Tables as the template draws them: text for readers, numbers for sorting."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from litmus.report.prose import MISSING


class Cell(NamedTuple):
    """One cell: `text` is shown; `sort` is what the column is sorted by, if not the text."""

    text: str
    sort: float | None = None
    numeric: bool = True


class Table(NamedTuple):
    """A table with a caption, a head and rows whose first cell names them."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    searchable: bool = False


def text(value: object) -> Cell:
    """A cell of words; nothing and NaN become a dash."""
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    return Cell(MISSING if missing else str(value), numeric=False)


def cell(value: float, shown: str) -> Cell:
    """A cell that shows the number `value` as `shown`."""
    return Cell(shown, float(value) if value is not None and math.isfinite(value) else None)
