"""A dear measure against a cheap one: tables of how they rank, and of their δ side by side."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from litmus.seeds import generator
from litmus.study.agreement import Agreement, agreements
from litmus.study.column import OK, Column
from litmus.study.deltas import Deltas, compare
from litmus.study.ranks import resampled

_PAIR = [("dear", pa.string()), ("cheap", pa.string())]
_NUMBERS = [name for name in Agreement("all", 0).row() if name not in ("scope", "n")]
RANKING = pa.schema(
    [
        *_PAIR,
        ("scope", pa.string()),
        ("n", pa.int32()),
        ("excluded", pa.int32()),
        *((name, pa.float64()) for name in _NUMBERS),
    ]
)
DELTAS = pa.schema(
    [
        *_PAIR,
        ("control", pa.string()),
        ("n_candidate", pa.int32()),
        ("n_control", pa.int32()),
        ("delta_dear", pa.float64()),
        ("delta_cheap", pa.float64()),
        ("difference", pa.float64()),
        ("difference_low", pa.float64()),
        ("difference_high", pa.float64()),
    ]
)


class Effort(NamedTuple):
    """How sure and how exact."""

    confidence: float
    resamples: int
    seed: int


def ranking(
    dear: Column, cheap: Column, effort: Effort, statuses: Collection[str] = OK
) -> pd.DataFrame:
    """How far two metrics rank alike: a row a scope, with the columns of `RANKING`.

    Of the directions that both have a value of, with one of `statuses`; `excluded` are the others.
    """
    directions = _common(dear, cheap, statuses)
    groups = dear.scores.loc[directions, "group"].to_numpy(str)
    found = agreements(
        dear.measure(directions, effort.seed),
        cheap.measure(directions, effort.seed),
        groups,
        effort.confidence,
        effort.resamples,
        generator(effort.seed, "agreement", dear.name, cheap.name),
    )
    told = {"dear": dear.name, "cheap": cheap.name}
    everyone = dear.scores["group"]
    rows = []
    for each in found:
        asked = int((everyone == each.scope).sum()) if each.scope in set(groups) else len(everyone)
        rows.append({**told, **each.row(), "excluded": asked - each.n})
    return pd.DataFrame(rows, columns=RANKING.names)


def deltas(
    dear: Column,
    cheap: Column,
    candidate: str,
    controls: Sequence[str],
    effort: Effort,
    statuses: Collection[str] = OK,
) -> pd.DataFrame:
    """δ of both metrics against each control and their difference, with the columns of `DELTAS`."""
    directions = _common(dear, cheap, statuses)
    groups = dear.scores.loc[directions, "group"].to_numpy(str)
    values = [column.scores.loc[directions, "value"].to_numpy(float) for column in (dear, cheap)]
    rows = []
    for control in controls:
        here = (groups == candidate) | (groups == control)
        ours = groups[here] == candidate
        sizes = int(ours.sum()), int((~ours).sum())
        found = Deltas(*[np.nan] * 5)
        if min(sizes) >= 2:
            stream = generator(effort.seed, "agreement", "delta", dear.name, cheap.name, control)
            drawn = resampled(groups[here], effort.resamples, stream)
            found = compare(values[0][here], values[1][here], ours, drawn, effort.confidence)
        rows.append([dear.name, cheap.name, control, *sizes, *found])
    return pd.DataFrame(rows, columns=DELTAS.names)


def _common(dear: Column, cheap: Column, statuses: Collection[str]) -> pd.Index:
    """Directions that both have a usable value of, in the dear one's order."""
    own = dear.usable(statuses)
    return own[own.isin(cheap.usable(statuses))]
