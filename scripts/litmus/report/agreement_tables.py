"""The tables of agreement, and how its numbers are written."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from litmus.report.cells import Cell, Table, cell, text
from litmus.report.prose import count, fixed


def difference(row: Any) -> str:
    """`0.052; 0.031 to 0.083`."""
    low, high = fixed(row.difference_low), fixed(row.difference_high)
    return f"{fixed(row.difference)}, {low} to {high}"


def estimate(row: pd.Series, name: str, digits: int = 2) -> str:
    """`.96 (.95 to .97)`."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    ends = f" ({fixed(low, digits)} to {fixed(high, digits)})" if pd.notna(low) else ""
    return fixed(row[name], digits) + ends


def estimated(row: pd.Series, name: str, digits: int = 2) -> Cell:
    """The same as a cell; nothing where no interval can be given."""
    known = pd.notna(row[f"{name}_low"])
    return cell(row[name], estimate(row, name, digits)) if known else text(None)


def ranking_table(
    ranking: pd.DataFrame, titles: Mapping[str, str], caption: str, scopes: bool = False
) -> Table:
    """One row a pair, or a pair and scope."""
    columns = (
        *("learning coefficient", "against"),
        *(("over",) if scopes else ()),
        *("n", "ρ", "reliability of λ̂", "ρ without the chains’ noise"),
        *("reliability of the other", "ρ without either’s"),
    )
    names = ("rho", "reliability_dear", "corrected", "reliability_cheap", "both")
    rows = [
        [
            text(titles[row["dear"]]),
            text(titles[row["cheap"]]),
            *([text(SCOPE.get(row["scope"], row["scope"]))] if scopes else []),
            cell(row["n"], count(row["n"])),
            *(estimated(row, name) for name in names),
        ]
        for _, row in ranking.iterrows()
    ]
    return Table(caption, columns, rows, searchable=scopes)


SCOPE = {"all": "all directions", "within": "within groups", "between": "group means"}


def delta_table(deltas: pd.DataFrame, separation: pd.DataFrame, titles: Mapping[str, str]) -> Table:
    """One row a pair and control: both δ with the intervals of the run, and their difference."""
    of = separation.set_index(["metric", "control"])
    columns = ("learning coefficient", "against", "control", "δ of λ̂", "δ of the other", "less")
    rows = [
        [
            text(titles[row["dear"]]),
            text(titles[row["cheap"]]),
            text(row["control"]),
            *(estimated(of.loc[(row[m], row["control"])], "delta", 3) for m in ("dear", "cheap")),
            estimated(row, "difference", 3),
        ]
        for _, row in deltas.iterrows()
    ]
    return Table("δ side by side", columns, rows, searchable=True)
