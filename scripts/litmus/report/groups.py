"""The tables of one metric: its groups, their distributions, and every comparison in full."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from litmus.report.cells import Cell, Table, cell, text
from litmus.report.prose import count, fixed, number, p_value, plus_minus
from litmus.tables import COUNTED

DECILES = tuple(range(0, 101, 10))


def group_table(scores: pd.DataFrame, groups: Sequence[str], title: str) -> Table:
    """One row a group: n, mean ± standard error over directions, deviation, error, excluded."""
    rows = []
    for group in groups:
        of_group = scores[scores["group"] == group]
        ok = of_group[of_group["status"].isin(COUNTED) & np.isfinite(of_group["value"])]
        values = ok["value"].to_numpy(float)
        n, missing = len(values), len(of_group) - len(values)
        mean = values.mean() if n else math.nan
        spread = values.std(ddof=1) if n > 1 else math.nan
        noise = float(np.median(ok["standard_error"])) if n else math.nan
        rows.append(
            [
                text(group),
                cell(n, count(n)),
                cell(missing, count(missing)),
                cell(mean, plus_minus(mean, spread / math.sqrt(n) if n else math.nan)),
                cell(spread, number(spread)),
                cell(noise, number(noise, 2)),
            ]
        )
    columns = ("group", "n", "excluded", "mean ± SE", "std. deviation", "median error of one")
    return Table(f"{title}: the groups", columns, rows)


def decile_table(scores: pd.DataFrame, groups: Sequence[str], title: str) -> Table:
    """The figure as numbers: the deciles of every group."""
    rows = []
    for group in groups:
        usable = scores[(scores["group"] == group) & scores["status"].isin(COUNTED)]
        values = usable["value"].dropna().to_numpy(float)
        found = np.percentile(values, DECILES) if len(values) else [math.nan] * len(DECILES)
        rows.append([text(group), *(cell(value, number(value)) for value in found)])
    names = ("group", "min", *(f"{decile} %" for decile in DECILES[1:-1]), "max")
    return Table(f"{title}: deciles by group", names, rows)


def separation_table(separation: pd.DataFrame, titles: dict[str, str], caption: str) -> Table:
    """Every number of separation.parquet that `separation` holds, one row a comparison."""
    columns = (
        *("measure", "control", "δ", "interval of δ", "null δ", "cross-fitted δ", "threshold"),
        *("AUROC", "interval of AUROC", "higher", "p", "p (Holm)", "pairs won", "p (Wilcoxon)"),
    )
    rows = []
    for _, row in separation.iterrows():
        rows.append(
            [
                text(titles.get(row["metric"], row["metric"])),
                text(row["control"]),
                cell(row["delta"], fixed(row["delta"])),
                _interval(row["delta_low"], row["delta_high"]),
                cell(row["delta_null"], fixed(row["delta_null"])),
                cell(row["delta_crossfit"], fixed(row["delta_crossfit"])),
                cell(row["threshold"], number(row["threshold"])),
                cell(row["auroc"], fixed(row["auroc"])),
                _interval(row["auroc_low"], row["auroc_high"]),
                text(row["higher"]),
                cell(row["p_permutation"], p_value(row["p_permutation"])),
                cell(row["p_holm"], p_value(row["p_holm"])),
                cell(row["win_share"], fixed(row["win_share"])),
                cell(row["p_wilcoxon"], p_value(row["p_wilcoxon"])),
            ]
        )
    return Table(caption, columns, rows, searchable=True)


def _interval(low: float, high: float) -> Cell:
    return cell(low, f"{fixed(low)} to {fixed(high)}" if math.isfinite(low) else fixed(low))
