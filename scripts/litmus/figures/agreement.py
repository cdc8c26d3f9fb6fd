"""A dear measure against cheap ones of the same directions."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from litmus.figures.palette import Look, looks
from litmus.figures.style import drawing, quiet, save

COLUMNS = 2  # panels in a row
HEIGHT = 3.1  # inches of a row
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DECADES = 10  # a ratio of the outermost values from which on an axis is logarithmic


def draw(
    scores: pd.DataFrame,
    pairs: Sequence[tuple[str, str]],
    titles: Mapping[str, str],
    path: str | Path,
) -> None:
    """Draw a scatter a pair to the SVG at `path`.

    Each direction is a point with one standard error either way; only those are drawn whose two
    scores are ok.

    Args:
        scores: tidy rows of both metrics of every pair.
        pairs: (dear metric, upwards; cheap metric, to the right).
        titles: of the metrics.
        path: where the SVG goes.

    Raises:
        LitmusError: the file cannot be written.
    """
    columns = min(COLUMNS, len(pairs))
    lines = -(-len(pairs) // columns)
    groups = list(pd.unique(scores["group"]))
    look = looks(groups)
    told = []
    with drawing(HEIGHT * lines + 0.3) as figure:
        axes = figure.subplots(lines, columns, squeeze=False)
        for ax, pair in zip(axes.flat, pairs, strict=False):
            points = _joined(scores, *pair)
            _panel(ax, points, groups, look)
            dear, cheap = (titles[metric] for metric in pair)
            ax.set(xlabel=cheap, ylabel=dear)
            told.append(f"{dear} against {cheap}: {len(points)} directions.")
        for ax in axes.flat[len(pairs) :]:
            ax.set_visible(False)
        handles, labels = axes.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=len(groups))
        save(
            figure,
            path,
            "λ̂ against cheap measures",
            "A point a direction, with one standard error either way, coloured and shaped by "
            "group. " + " ".join(told),
        )


def _joined(scores: pd.DataFrame, dear: str, cheap: str) -> pd.DataFrame:
    """x, y and their errors of the directions that both metrics have ok."""
    fine = scores[(scores["status"] == "ok") & np.isfinite(scores["value"])]
    parts = [
        fine[fine["metric"] == metric]
        .set_index("direction")[["group", "value", "standard_error"]]
        .rename(columns={"value": f"value_{axis}", "standard_error": f"error_{axis}"})
        for axis, metric in (("x", cheap), ("y", dear))
    ]
    return parts[0].join(parts[1].drop(columns="group"), how="inner")


def _panel(ax: Axes, points: pd.DataFrame, groups: Sequence[str], look: Mapping[str, Look]) -> None:
    quiet(ax, "both")
    for axis in "xy":
        values = points[f"value_{axis}"]
        if len(values) and values.min() > 0 and values.max() / values.min() > DECADES:
            ax.set(**{f"{axis}scale": "log"})
    for number, group in enumerate(groups):
        here = points[points["group"] == group]
        color = look[group].color
        ax.add_patch(_bars(ax, here, color))
        marker = MARKERS[number % len(MARKERS)]
        ax.plot(
            here["value_x"], here["value_y"], marker, color=color, ms=2.8, mew=0.7, mfc="none",
            alpha=0.85, label=group,
        )  # fmt: skip
    ax.autoscale_view()


def _bars(ax: Axes, points: pd.DataFrame, color: str) -> PathPatch:
    """One light path for all error bars of a group; on a logarithmic axis none reaches zero."""
    x, y = points["value_x"].to_numpy(), points["value_y"].to_numpy()
    segments = []
    for values, axis in ((x, "x"), (y, "y")):
        error = points[f"error_{axis}"].fillna(0).to_numpy()
        low, high = values - error, values + error
        if getattr(ax, f"get_{axis}scale")() == "log":
            low = np.maximum(low, values / 3)
        ends = ((low, y), (high, y)) if axis == "x" else ((x, low), (x, high))
        segments.append(np.stack([np.column_stack(end) for end in ends], axis=1).reshape(-1, 2))
    vertices = np.concatenate(segments)
    codes = np.tile([Outline.MOVETO, Outline.LINETO], len(vertices) // 2)
    outline = Outline(vertices, codes) if len(vertices) else Outline(np.zeros((0, 2)))
    outline.should_simplify = False
    return PathPatch(outline, fill=False, ec=color, lw=0.6, alpha=0.3)
