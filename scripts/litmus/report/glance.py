"""The table that answers at a glance: metric × control, each cell a δ and what it is worth."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from litmus.report.prose import MISSING, fixed
from litmus.report.verdict import Judgement, says_something
from litmus.report.words import MetricWords


class Mark(NamedTuple):
    """A sign that stands for a verdict, and the words it stands for."""

    sign: str
    words: str


BEYOND = Mark("●", "beats chance and the standard deviation; against equal variance, chance")
CHANCE = Mark("◐", "beats chance, but not clearly the standard deviation")
NOTHING = Mark("○", "does not beat chance")
UNKNOWN = Mark(MISSING, "not computed")
LEGEND = (BEYOND, CHANCE, NOTHING)


class GlanceCell(NamedTuple):
    """One comparison as the template draws it; `strength` is 0 at the null line, 1 at δ = 0."""

    mark: Mark
    delta: str
    interval: str
    arrow: str
    direction: str
    strength: float


class GlanceRow(NamedTuple):
    """One metric against every control."""

    metric: str
    title: str
    trivial: bool
    cells: list[GlanceCell]


class Glance(NamedTuple):
    """The table: measures first, trivial baselines beneath, the null line last."""

    controls: list[str]
    measures: list[GlanceRow]
    baselines: list[GlanceRow]
    null: list[str]


def glance(
    separation: pd.DataFrame,
    judgements: Sequence[Judgement],
    words: Mapping[str, MetricWords],
    candidate: str,
) -> Glance:
    """Arrange separation.parquet and the judgements of its rows.

    Args:
        separation: the whole table.
        judgements: one for each of its rows, in the same order.
        words: what the page calls each metric, in the order of the rows.
        candidate: the group that is compared with every control.
    """
    controls = list(dict.fromkeys(separation["control"]))
    cells = {
        (judgement.metric, judgement.control): _cell(row, judgement, candidate)
        for (_, row), judgement in zip(separation.iterrows(), judgements, strict=True)
    }
    empty = GlanceCell(UNKNOWN, MISSING, "", "", "", 0.0)
    scored = set(separation["metric"])
    rows = [
        GlanceRow(
            metric,
            about["title"],
            about["trivial"],
            [cells.get((metric, control), empty) for control in controls],
        )
        for metric, about in words.items()
        if metric in scored
    ]
    return Glance(
        controls,
        [row for row in rows if not row.trivial],
        [row for row in rows if row.trivial],
        [_range(separation.loc[separation["control"] == c, "delta_null"]) for c in controls],
    )


def _cell(row: pd.Series, judgement: Judgement, candidate: str) -> GlanceCell:
    if not judgement.computed:
        return GlanceCell(UNKNOWN, MISSING, "", "", "", 0.0)
    if not judgement.beats_chance:
        mark = NOTHING
    elif says_something(judgement):
        mark = BEYOND
    else:
        mark = CHANCE
    arrow, direction = {
        candidate: ("▲", f"{candidate} higher"),
        row["control"]: ("▼", f"{candidate} lower"),
    }.get(row["higher"] if judgement.beats_chance else "", ("", ""))
    null = row["delta_null"]
    strength = 1 - row["delta"] / null if math.isfinite(null) and null > 0 else 0.0
    return GlanceCell(
        mark,
        fixed(row["delta"]),
        f"{fixed(row['delta_low'])} to {fixed(row['delta_high'])}",
        arrow,
        direction,
        round(min(1.0, max(0.0, strength)), 3) if mark != NOTHING else 0.0,
    )


def _range(values: pd.Series) -> str:
    """The spread of the null lines of one control, or the one value they share."""
    known = values.dropna()
    if known.empty:
        return MISSING
    low, high = fixed(known.min()), fixed(known.max())
    return low if low == high else f"{low} to {high}"
