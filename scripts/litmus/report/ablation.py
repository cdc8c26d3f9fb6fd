"""The ablations: δ over k and kind beside the published pattern, and best against best."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from litmus.figures.ablation import NAMES, Variants
from litmus.figures.inline import inline
from litmus.metrics.ablation.agreement import OUTLYING, outlyingness, paired
from litmus.metrics.ablation.settings import Effect, Kind, variants
from litmus.report.cells import Cell, Table, cell, text
from litmus.report.inputs import frame
from litmus.report.prose import count, fixed, number

SUBSETS = {"all": "all", "below_median": "below both medians"}
# The source's best by each effect, and the other kind.
BEST: tuple[tuple[Effect, Kind, int, Kind], ...] = (
    ("kl", "mean", 16, "zero"),
    ("sparsity", "zero", 8, "mean"),
)
# What the source says of the better k, and of the better kind.
TOLD: dict[Effect, tuple[str, str]] = {
    "kl": ("significantly better", "significantly better"),
    "sparsity": ("significantly better", "slightly better"),
}


def section(
    separation: pd.DataFrame,
    scores: pd.DataFrame,
    titles: Mapping[str, str],
    tables: Sequence[str | Path],
    figures: Sequence[str | Path],
) -> dict[str, Any] | None:
    """What `sections/ablation.html` names; None where nothing was ablated.

    Args:
        separation: the whole of separation.parquet.
        scores: of all metrics.
        titles: of all metrics.
        tables: none, or that of the agreement with a learning coefficient.
        figures: none, δ over k, or that and the figure of the agreement.

    Raises:
        LitmusError: a file is missing or damaged.
    """
    if not figures:
        return None
    ablations = variants(titles)
    separation = separation[separation["metric"].isin(list(ablations))]
    grid, *agreement = figures
    return {
        "grid": Markup(inline(grid)),
        "table": grid_table(separation, ablations),
        "pattern": pattern_table(separation, ablations),
        "agreement": (
            _agreement(separation, scores, titles, tables[0], agreement[0]) if agreement else None
        ),
    }


def grid_table(separation: pd.DataFrame, ablations: Variants) -> Table:
    """δ with its interval and who is higher: a row a metric, a column a control."""
    controls = list(pd.unique(separation["control"]))
    rows_of = separation.set_index(["metric", "control"])
    rows = [
        [
            text(f"{kind}, {NAMES[effect]}, {'all' if k == 'all' else f'top {k}'}"),
            *(_delta(rows_of.loc[(metric, control)], control) for control in controls),
        ]
        for metric, (kind, effect, k) in ablations.items()
    ]
    return Table("δ of every ablation", ("ablation", *controls), rows, searchable=True)


def _delta(row: pd.Series, control: str) -> Cell:
    """δ, its interval, and ▼ where the control is the higher."""
    sign = " ▼" if row["higher"] == control else ""
    interval = f"({fixed(row['delta_low'])} to {fixed(row['delta_high'])})"
    return cell(row["delta"], f"{fixed(row['delta'])} {interval}{sign}")


def pattern_table(separation: pd.DataFrame, ablations: Variants) -> Table:
    """What the source reports of k and kind, and whether it is so here, control by control."""
    controls = list(pd.unique(separation["control"]))
    rows_of = separation.set_index(["metric", "control"])
    names = {variant: metric for metric, variant in ablations.items()}
    rows = []
    for effect, kind, best, other in BEST:
        numbers = [k for of, e, k in ablations.values() if k != "all" and (of, e) == (kind, effect)]
        if not numbers:
            continue
        k = min(numbers, key=lambda number, best=best: (abs(number - best), number))
        first = names[(kind, effect, k)]
        for second, words, told in zip(
            (names.get((kind, effect, "all")), names.get((other, effect, k))),
            (f"{kind}: top {k} : all", f"top {k}: {kind} : {other}"),
            TOLD[effect],
            strict=True,
        ):
            if second is not None:
                pairs = [(rows_of.loc[(first, c)], rows_of.loc[(second, c)]) for c in controls]
                rows.append(
                    [text(f"{NAMES[effect]}, {words}"), text(told), *(_held(*p) for p in pairs)]
                )
    columns = ("δ of the first : the second", "published for the first", *controls)
    return Table("The published pattern", columns, rows)


def _held(first: pd.Series, second: pd.Series) -> Cell:
    """Both δ, and whether their intervals lie apart."""
    word = "open"
    if first["delta_high"] < second["delta_low"]:
        word = "so here"
    elif first["delta_low"] > second["delta_high"]:
        word = "the reverse"
    return cell(first["delta"], f"{fixed(first['delta'])} : {fixed(second['delta'])}, {word}")


def _agreement(
    separation: pd.DataFrame,
    scores: pd.DataFrame,
    titles: Mapping[str, str],
    table: str | Path,
    figure: str | Path,
) -> dict[str, Any]:
    """The published pair, and the ablation that separates best here where that is another."""
    found = frame(table)
    metric, other = found.loc[0, ["metric", "other"]]
    means = separation.groupby("metric", sort=False)["delta_crossfit"].mean().dropna()
    best = means.idxmin() if len(means) else metric
    shown = list(dict.fromkeys([metric, best]))
    return {
        "figure": Markup(inline(figure)),
        "metric": titles.get(metric, metric),
        "other": titles.get(other, other),
        "best": titles.get(best, best) if best != metric else None,
        "table": agreement_table(found[found["metric"].isin(shown)], titles),
        "outliers": outlier_table(scores, metric, other, titles),
    }


def agreement_table(agreement: pd.DataFrame, titles: Mapping[str, str]) -> Table:
    """Both coefficients with their intervals, by group and subset."""
    rows = [
        [
            text(f"{titles.get(row['metric'], row['metric'])}, {row['group']}"),
            text(SUBSETS[row["subset"]]),
            cell(row["n"], count(row["n"])),
            *(_coefficient(row, name) for name in ("pearson", "spearman")),
        ]
        for _, row in agreement.iterrows()
    ]
    columns = ("ablation, group", "directions", "n", "Pearson’s r", "Spearman’s ρ")
    return Table("Correlations with their intervals", columns, rows)


def _coefficient(row: pd.Series, name: str) -> Cell:
    value, low, high = (row[name + end] for end in ("", "_low", "_high"))
    return cell(value, f"{fixed(value, 2)} ({fixed(low, 2)} to {fixed(high, 2)})")


def outlier_table(
    scores: pd.DataFrame, metric: str, other: str, titles: Mapping[str, str]
) -> Table:
    """Directions far from their group's median on either axis, the farthest first."""
    points = paired(scores, metric, other)
    points = points.assign(far=outlyingness(points)).sort_values("far", ascending=False)
    rows = [
        [
            text(row.direction),
            cell(row.y, number(row.y)),
            cell(row.x, number(row.x)),
            cell(row.far, fixed(row.far, 1)),
        ]
        for row in points[points["far"] > OUTLYING].itertuples()
    ]
    columns = ("direction", titles.get(metric, metric), titles.get(other, other), "modified z")
    return Table("Outliers of their group", columns, rows, searchable=True)
