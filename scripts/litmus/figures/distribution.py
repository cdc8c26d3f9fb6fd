"""One metric: every direction as a dot, and the threshold that separates each control best."""

from pathlib import Path

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.ticker import MaxNLocator

from litmus.figures.palette import Look, looks
from litmus.figures.style import drawing, quiet, save
from litmus.tables import COUNTED

COLUMNS = 4  # ECDF panels in a row


def draw(
    scores: pd.DataFrame,
    separation: pd.DataFrame,
    title: str,
    path: str | Path,
    candidate: str = "sae",
) -> None:
    """Draw the values of one metric in every group to the SVG at `path`.

    Above, a strip a group: one dot a direction, as wide as the values are dense, with the median
    and quartiles; on each control's strip the best threshold against the candidate. Below, the
    two empirical distributions of each comparison and the gap (1 − 2δ) at that threshold.

    Args:
        scores: rows of one metric in the SCORES contract; only those with status ok are drawn.
        separation: that metric's rows of separation.parquet.
        title: the metric's title, which names the axis.
        path: where the SVG goes.
        candidate: the group that is compared with every other.

    Raises:
        LitmusError: the file cannot be written.
    """
    usable = scores[scores["status"].isin(COUNTED) & np.isfinite(scores["value"])]
    controls = [name for name in separation["control"] if name != candidate]
    controls += [g for g in pd.unique(scores["group"]) if g not in (candidate, *controls)]
    groups = [candidate, *controls]
    look = looks(groups)
    rows = separation.set_index("control")
    columns = max(1, min(COLUMNS, len(controls)))
    lines = -(-len(controls) // columns)
    log = _spans_decades(usable["value"])
    strip = 0.36 * len(groups) + 0.6
    with drawing(strip + 1.95 * lines) as figure:
        upper, *lower = figure.subfigures(
            1 + lines, 1, height_ratios=[strip, *[1.95] * lines], squeeze=False
        )[:, 0]
        ax = upper.subplots()
        _strips(ax, scores, usable, groups, look, log)
        ax.set_xlabel(title + (" (logarithmic)" if log else ""))
        for line, part in enumerate(lower):
            panels = part.subplots(1, columns, sharey=True, squeeze=False)[0]
            shown = controls[line * columns : (line + 1) * columns]
            for panel, control in zip(panels, shown, strict=False):
                row = rows.loc[control] if control in rows.index else None
                _cumulative(panel, usable, candidate, control, look, row, log)
            for panel in panels[len(shown) :]:
                panel.set_visible(False)
            panels[0].set_ylabel("share at or below")
        for height, control in enumerate(groups):
            if control in rows.index and np.isfinite(rows.loc[control, "threshold"]):
                at = rows.loc[control, "threshold"]
                ax.plot([at, at], [height - 0.46, height + 0.46], color="black", lw=1.1)
        save(figure, path, f"{title}: values by group", _description(separation, candidate))


def _spans_decades(values: pd.Series) -> bool:
    """Whether the bulk of positive values spans more than a decade and a half."""
    if values.empty or values.min() <= 0:
        return False
    low, high = np.quantile(values, [0.02, 0.98])
    return bool(high / low > 30)


def _strips(
    ax: Axes,
    scores: pd.DataFrame,
    usable: pd.DataFrame,
    groups: list[str],
    look: dict[str, Look],
    log: bool,
) -> None:
    """One strip a group, the candidate on top; what was excluded is counted beside its name."""
    quiet(ax)
    if log:
        ax.set_xscale("log")
    names = []
    for height, group in enumerate(groups):
        values = np.sort(usable.loc[usable["group"] == group, "value"].to_numpy(float))
        missing = int((scores["group"] == group).sum()) - len(values)
        names.append(
            f"{group}\u2003n = {len(values)}" + (f", {missing} excluded" if missing else "")
        )
        if not len(values):
            continue
        _dots(ax, values, height + _spread(np.log(values) if log else values), look[group], group)
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
        ax.plot([low, high], [height, height], color="black", lw=2.2, alpha=0.85)
        ax.plot([middle], [height], "o", color="black", ms=5, mfc="white", mew=1.2)
    ax.set_yticks(range(len(groups)), names)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(groups) - 0.45, -0.55)
    ax.spines["left"].set_visible(False)


def _spread(values: np.ndarray) -> np.ndarray:
    """Vertical offsets within ±0.36, wide where sorted `values` are dense; no random draw."""
    width = 0.5 * np.std(values) * len(values) ** -0.2
    near = np.searchsorted(values, values + width, "right") - np.searchsorted(
        values, values - width
    )
    golden = np.arange(1, len(values) + 1) * 0.6180339887 % 1 - 0.5
    return 0.72 * golden * near / near.max()


def _dots(ax: Axes, x: np.ndarray, y: np.ndarray, look: Look, group: str) -> None:
    """All dots as one path of zero-length strokes: a fifth of the bytes of one marker each."""
    points = np.repeat(np.column_stack([x, y]), 2, axis=0)
    outline = Outline(points, np.tile([Outline.MOVETO, Outline.LINETO], len(x)))
    outline.should_simplify = False
    patch = PathPatch(outline, fill=False, ec=look.color, lw=3, alpha=0.6, capstyle="round")
    patch.set_gid(f"strip-{group}")
    ax.add_patch(patch)
    ax.update_datalim(points)
    ax.autoscale_view()


def _cumulative(
    ax: Axes,
    usable: pd.DataFrame,
    candidate: str,
    control: str,
    look: dict[str, Look],
    row: pd.Series | None,
    log: bool,
) -> None:
    """The two ECDFs of one comparison, and a bar across their gap at the best threshold."""
    quiet(ax, "y")
    for group in (control, candidate):
        values = usable.loc[usable["group"] == group, "value"]
        if not values.empty:
            style = look[group]
            sns.ecdfplot(x=values, ax=ax, color=style.color, ls=style.dashes, lw=1.5)
            ax.lines[-1].set_gid(f"ecdf-{control}-of-{group}")
    heading = f"{candidate} and {control}"
    if row is not None and np.isfinite(row["threshold"]) and np.isfinite(row["delta"]):
        at = row["threshold"]
        ends = [
            np.mean(usable.loc[usable["group"] == group, "value"] <= at)
            for group in (control, candidate)
        ]
        ax.plot([at, at], ends, color="black", lw=1.1, marker="_", ms=6, mew=1.1)
        heading += f"\nδ = {row['delta']:.3f}"
    else:
        heading += "\nδ = –"
    if log:
        ax.set_xscale("log")
    else:
        ax.xaxis.set_major_locator(MaxNLocator(3))
    ax.set(xlabel="", ylabel="", ylim=(-0.02, 1.02), yticks=[0, 0.5, 1])
    ax.set_title(heading, fontsize=8.5)


def _description(separation: pd.DataFrame, candidate: str) -> str:
    """The figure in words, for those who do not see it."""
    parts = [
        f"{row.control}: δ {row.delta:.3f} at threshold {row.threshold:.4g}"
        for row in separation.itertuples()
        if np.isfinite(row.delta)
    ]
    return (
        f"One strip of dots for each group with median and quartiles; below, the empirical "
        f"distributions of {candidate} and each control with the best threshold marked. "
        + ("; ".join(parts) + "." if parts else "No comparison could be made.")
    )
