"""An ablation against a local learning coefficient, group by group, its outliers named."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from litmus.figures.palette import looks
from litmus.figures.style import drawing, quiet, save
from litmus.metrics.ablation.agreement import OUTLYING, outlyingness, paired

COLUMNS = 3  # panels in a row
LABELLED = 3  # outliers of a group that are named, the farthest first


def draw(
    scores: pd.DataFrame,
    agreement: pd.DataFrame,
    metric: str,
    other: str,
    titles: Mapping[str, str],
    path: str | Path,
) -> None:
    """Draw one metric against another: a panel a group, in front of all others.

    Args:
        scores: tidy scores of both.
        agreement: rows of the AGREEMENT table.
        metric: on the upright axis.
        other: on the level one.
        titles: what both are called.
        path: where the SVG goes.

    Raises:
        LitmusError: the file cannot be written.
    """
    points = paired(scores, metric, other)
    points = points.assign(far=outlyingness(points))
    groups = list(pd.unique(scores["group"]))
    rows = agreement[agreement["metric"] == metric].set_index(["group", "subset"])
    look, columns = looks(groups), min(COLUMNS, len(groups))
    lines = -(-len(groups) // columns)
    with drawing(2.35 * lines + 0.3) as figure:
        axes = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
        for ax, group in zip(axes.flat, groups, strict=False):
            quiet(ax, "both")
            _cloud(ax, points, "black", 0.1, f"behind-{group}")
            of_group = points[points["group"] == group]
            _cloud(ax, of_group, look[group].color, 0.8, f"points-{group}")
            _named(ax, of_group)
            ax.set_title(f"{group}\n{_told(rows, group)}", fontsize=8)
        for ax in axes.flat[len(groups) :]:
            ax.set_visible(False)
        for ax in axes.flat[max(0, len(groups) - columns) : len(groups)]:
            ax.tick_params(labelbottom=True)
        for axis, scale in (("x", axes[0, 0].set_xscale), ("y", axes[0, 0].set_yscale)):
            if _spans_a_decade(points[axis]):
                scale("log")
        figure.supxlabel(titles.get(other, other), fontsize=8.5)
        figure.supylabel(titles.get(metric, metric), fontsize=8.5)
        save(
            figure,
            path,
            f"{titles.get(metric, metric)} against {titles.get(other, other)}",
            "One dot a direction, a panel a group, all other directions faint behind it; the lines "
            "are the group's medians, outliers are named. "
            + "; ".join(f"{group}: {_told(rows, group)}" for group in groups)
            + ".",
        )


def _spans_a_decade(values: pd.Series) -> bool:
    """Whether a logarithmic axis shows more."""
    return bool(len(values) and values.min() > 0 and values.max() > 10 * values.min())


def _cloud(ax: Axes, points: pd.DataFrame, color: str, alpha: float, name: str) -> None:
    """All dots as one path of zero-length strokes: a fifth of the bytes of one marker each."""
    if not len(points):
        return
    places = np.repeat(points[["x", "y"]].to_numpy(float), 2, axis=0)
    outline = Outline(places, np.tile([Outline.MOVETO, Outline.LINETO], len(points)))
    outline.should_simplify = False
    patch = PathPatch(outline, fill=False, ec=color, lw=3, alpha=alpha, capstyle="round")
    patch.set_gid(name)
    ax.add_patch(patch)
    ax.update_datalim(places)
    ax.autoscale_view()


def _named(ax: Axes, points: pd.DataFrame) -> None:
    """The group's medians, and the ids of its farthest outliers."""
    if not len(points):
        return
    ax.axvline(points["x"].median(), color="black", lw=0.6, alpha=0.5)
    ax.axhline(points["y"].median(), color="black", lw=0.6, alpha=0.5)
    for row in points[points["far"] > OUTLYING].nlargest(LABELLED, "far").itertuples():
        right = row.x > points["x"].median()
        ax.annotate(
            row.direction,
            (row.x, row.y),
            xytext=(-4 if right else 4, 3),
            textcoords="offset points",
            ha="right" if right else "left",
            fontsize=6.5,
        )


def _told(rows: pd.DataFrame, group: str) -> str:
    """A group's two coefficients."""
    row = rows.loc[(group, "all")]
    if not np.isfinite(row["pearson"]):
        return "no correlation"
    told = f"r = {row['pearson']:.2f}, rank ρ = {row['spearman']:.2f}"
    return told.replace("-", "−")
