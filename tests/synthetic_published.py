"""Published values and the tables that they are held against, made by hand."""

import math
from types import SimpleNamespace

import pandas as pd

from litmus import tables as parquet
from litmus.report.measured import Tables
from litmus.settings.published import Row

FIELDS = {name: "" for name in ("source", "metric", "group", "control", "unit", "setting", "note")}


def row(quantity, value=math.nan, **given):
    """One published value."""
    numbers = {"uncertainty": math.nan, "n": math.nan, "choices": (), "means": ()}
    return Row(**FIELDS | numbers | {"quantity": quantity, "value": value} | given)


def scores(metric, values, group="g", status="ok"):
    """Scores of one metric and group."""
    ids = [f"{group}/{i:05d}" for i in range(len(values))]
    columns = {"direction": ids, "group": group, "metric": metric, "value": values}
    return pd.DataFrame({**columns, "standard_error": 0.0, "status": status})


def run(*parts, separation=None):
    """A run with no tables but what is given."""
    empty = parquet.SCORES.empty_table().to_pandas()
    columns = ["metric", "control", "delta", "delta_low", "delta_high"]
    columns += ["excluded_candidate", "excluded_control"]
    held = pd.DataFrame(separation or [], columns=columns)
    loaded = SimpleNamespace(
        words={}, settings={}, scores=pd.concat([empty, *parts]), separation=held
    )
    return Tables(loaded, "sae", 0.95, [])
