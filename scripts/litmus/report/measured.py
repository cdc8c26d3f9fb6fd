"""What a run measured where a source published a value: one function a quantity."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from litmus.metrics.ablation import agreement
from litmus.plateaus.pairs import summary
from litmus.report.inputs import Loaded, frame
from litmus.settings.published import Row
from litmus.tables import COUNTED

PAIR = " ~ "
PERCENT = "%"


class Measured(NamedTuple):
    """A measured value, NaN where `why` says why there is none.

    Its uncertainty is a standard error or an interval; `apart` is how many standard errors lie
    between it and the published one, NaN where that is not defined.
    """

    value: float = math.nan
    error: float = math.nan
    low: float = math.nan
    high: float = math.nan
    apart: float = math.nan
    excluded: int = 0
    why: str = ""


class Tables(NamedTuple):
    """Where values are looked up."""

    run: Loaded
    candidate: str
    confidence: float
    plateaus: Sequence[Path]


def measured(row: Row, tables: Tables) -> Measured:
    """The run's counterpart of the published `row`, in the row's unit.

    Raises:
        LitmusError: a table is missing or damaged.
    """
    scale = 100 if row.unit == PERCENT else 1
    plain = row._replace(value=row.value / scale, uncertainty=row.uncertainty / scale)
    found = OF[row.quantity](plain, tables)
    return found._replace(
        **{name: scale * getattr(found, name) for name in ("value", "error", "low", "high")}
    )


def _mean(row: Row, tables: Tables) -> Measured:
    """The group's mean with its standard error over directions."""
    values, excluded, why = _values(row, tables)
    if why:
        return Measured(why=why)
    mean, error = values.mean(), values.std(ddof=1) / math.sqrt(len(values))
    theirs = row.uncertainty / math.sqrt(row.n)
    apart = (mean - row.value) / math.hypot(error, theirs)
    return Measured(mean, error, apart=apart, excluded=excluded)


def _std(row: Row, tables: Tables) -> Measured:
    """The group's standard deviation; ours errs by its fourth moment, theirs like a Gaussian's."""
    values, excluded, why = _values(row, tables)
    if why:
        return Measured(why=why)
    n, std = len(values), values.std(ddof=1)
    fourth = ((values - values.mean()) ** 4).mean()
    variance = max(0.0, fourth - std**4 * (n - 3) / (n - 1)) / n  # of std²
    error = math.sqrt(variance) / (2 * std) if std else math.nan
    theirs = row.value / math.sqrt(2 * (row.n - 1))
    apart = (std - row.value) / math.hypot(error, theirs)
    return Measured(std, error, apart=apart, excluded=excluded)


def _values(row: Row, tables: Tables) -> tuple[np.ndarray, int, str]:
    """The usable scores of the row's metric and group, how many are not, or why there are none."""
    scores = tables.run.scores
    of_metric = scores[scores["metric"] == row.metric]
    of_group = of_metric[of_metric["group"] == row.group]
    usable = of_group["status"].isin(COUNTED) & np.isfinite(of_group["value"])
    values = of_group.loc[usable, "value"].to_numpy(float)
    why = ""
    if of_metric.empty:
        why = "not run"
    elif of_group.empty:
        why = f"no group {row.group}"
    elif len(values) < 2:
        why = f"{len(values)} usable of {len(of_group)}"
    return values, len(of_group) - len(values), why


def _delta(row: Row, tables: Tables) -> Measured:
    """δ of the candidate against the control, with its interval."""
    table = tables.run.separation
    of_metric = table[table["metric"] == row.metric]
    if of_metric.empty:
        return Measured(why="not run")
    found = of_metric[of_metric["control"] == row.control]
    if found.empty or row.group != tables.candidate:
        return Measured(why=f"{row.group} not held against {row.control}")
    one = found.iloc[0]
    if not math.isfinite(one["delta"]):
        return Measured(why="not computed")
    left = int(one["excluded_candidate"] + one["excluded_control"])
    return Measured(one["delta"], low=one["delta_low"], high=one["delta_high"], excluded=left)


def _pearson(row: Row, tables: Tables) -> Measured:
    """Pearson's r of two metrics in a group, with Fisher's interval and test."""
    metric, other = row.metric.split(PAIR)
    scores = tables.run.scores
    if missing := {metric, other} - {*scores["metric"]}:
        return Measured(why=f"not run: {', '.join(sorted(missing))}")
    points = agreement.paired(scores, metric, other)
    if row.quantity == "pearson_below_median":
        points = points[agreement.below_median(points)]
    x, y = points.loc[points["group"] == row.group, ["x", "y"]].to_numpy(float).T
    found = agreement.pearson(x, y, tables.confidence)
    if not math.isfinite(found.value):
        return Measured(why=f"{len(x)} usable pairs of {row.group}")
    apart = math.nan
    if row.n > 3 and max(abs(found.value), abs(row.value)) < 1:
        gap = math.atanh(found.value) - math.atanh(row.value)
        apart = gap / math.sqrt(1 / (len(x) - 3) + 1 / (row.n - 3))
    return Measured(found.value, low=found.low, high=found.high, apart=apart)


def _plateau_size(row: Row, tables: Tables) -> Measured:
    """Mean plateau size of a kind, with its standard error over bases."""
    experiment, mode = row.metric.split("/")
    path = next((p for p in tables.plateaus if Path(p).stem == f"{experiment}_sizes"), None)
    if path is None:
        return Measured(why="not run")
    sizes: pd.DataFrame = frame(path)
    found = sizes[(sizes["mode"] == mode) & (sizes["kind"] == row.group)]
    if found.empty:
        return Measured(why=f"no {row.group} in mode {mode}")
    one = summary(found).iloc[0]
    # NaN, and so no distance in standard errors, where the source gives no uncertainty.
    apart = (one["mean"] - row.value) / math.hypot(one["standard_error"], row.uncertainty)
    return Measured(one["mean"], one["standard_error"], apart=apart)


OF: dict[str, Callable[[Row, Tables], Measured]] = {
    "mean": _mean,
    "std": _std,
    "delta": _delta,
    "pearson": _pearson,
    "pearson_below_median": _pearson,
    "plateau_size": _plateau_size,
}
