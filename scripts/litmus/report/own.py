"""Directions of one's own, one by one: by the names that their owner gave them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from litmus.report.cells import Cell, Table, cell, text
from litmus.report.inputs import Loaded, ReportInputs, frame
from litmus.report.prose import MISSING, plural, plus_minus
from litmus.tables import COUNTED

GROUP = "file"
MOST = 500  # rows that a page shows


def section(run: Loaded, inputs: ReportInputs) -> dict[str, Any] | None:
    """What `sections/own.html` names; None where all directions are the workflow's own.

    Raises:
        LitmusError: a file is missing or damaged.
    """
    if not inputs.own:
        return None
    names = _names(inputs.own)
    reference = _reference(run.scores["group"], inputs.candidate)
    shown = {metric: about["title"] for metric, about in run.words.items() if about["shown"]}
    rest = len(names) - MOST
    return {
        "table": one_by_one(run.scores, dict(list(names.items())[:MOST]), shown, reference),
        "reference": reference,
        "rest": f"{plural(rest, 'more direction')} of the file" if rest > 0 else "",
    }


def one_by_one(
    scores: pd.DataFrame, names: dict[str, str], titles: dict[str, str], reference: str
) -> Table:
    """A row a direction, a column a metric: value ± standard error, and where it stands.

    Args:
        scores: of all groups.
        names: the owner's, by the direction's id.
        titles: of the metrics that are shown.
        reference: the group among whose values each value is placed.
    """
    columns = [_column(scores[scores["metric"] == metric], reference) for metric in titles]
    rows = [
        [text(name), text(direction), *(found.get(direction, text(None)) for found in columns)]
        for direction, name in names.items()
    ]
    head = ("name", "direction", *titles.values())
    return Table("Your directions, one by one", head, rows, searchable=True)


def _column(scores: pd.DataFrame, reference: str) -> dict[str, Cell]:
    """One metric's cells by direction; a status in place of what cannot be counted."""
    counted = scores["status"].isin(COUNTED) & np.isfinite(scores["value"])
    scores = scores.assign(usable=counted)
    of_reference = counted & (scores["group"] == reference)
    others = np.sort(scores.loc[of_reference, "value"].to_numpy(float))
    cells = {}
    for row in scores[scores["group"] == GROUP].itertuples():
        if not row.usable:
            status = MISSING if row.status in COUNTED else row.status.replace("_", " ")
            cells[row.direction] = cell(np.nan, status)
            continue
        place = ""
        if len(others):  # half of those that are equal lie below
            below = np.searchsorted(others, row.value, "left")
            below = (below + np.searchsorted(others, row.value, "right")) / 2
            place = f" · {100 * below / len(others):.0f} %"
        shown = plus_minus(row.value, row.standard_error) + place
        noted = "" if row.status == "ok" else f" ({row.status})"
        cells[row.direction] = cell(row.value, shown + noted)
    return cells


def _names(paths: Sequence[Path]) -> dict[str, str]:
    """The owner's names by the directions' ids, in the file's order."""
    parts = pd.concat([frame(path) for path in paths], ignore_index=True).sort_values("index")
    return dict(zip(parts["direction"], parts["source"], strict=True))


def _reference(groups: pd.Series, candidate: str) -> str:
    """What they are placed among: the candidate, or where they are that, the first control."""
    if candidate != GROUP:
        return candidate
    return next(group for group in pd.unique(groups) if group != GROUP)
