"""Every metric against every control: δ, its interval and the null line, on one page."""

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from litmus.figures.palette import Look, looks
from litmus.figures.style import drawing, quiet, save


def draw(
    separation: pd.DataFrame, titles: Mapping[str, str], trivial: Collection[str], path: str | Path
) -> None:
    """Draw a dot plot of δ, one panel a control, one row a metric, the trivial ones below.

    Args:
        separation: the whole of separation.parquet.
        titles: metric → title, in the order of the rows.
        trivial: the metrics that are baselines.
        path: where the SVG goes.

    Raises:
        LitmusError: the file cannot be written.
    """
    present = list(pd.unique(separation["metric"]))
    ordered = sorted(present, key=lambda m: list(titles).index(m) if m in titles else 999)
    rows = [m for m in ordered if m not in trivial] + [m for m in ordered if m in trivial]
    first_trivial = sum(metric not in trivial for metric in rows)
    controls = list(pd.unique(separation["control"]))
    look = looks(controls)
    with drawing(0.3 * len(rows) + 1.15) as figure:
        panels = figure.subplots(1, len(controls), sharey=True, squeeze=False)[0]
        for ax, control in zip(panels, controls, strict=True):
            part = separation[separation["control"] == control].set_index("metric")
            _panel(ax, part, rows, trivial, look[control])
            ax.set_title(f"against {control}")
            if 0 < first_trivial < len(rows):
                ax.axhline(first_trivial - 0.5, color="black", lw=0.5, alpha=0.5)
        panels[0].set_yticks(range(len(rows)), [titles.get(metric, metric) for metric in rows])
        panels[0].set_ylim(len(rows) - 0.5, -0.5)
        figure.supxlabel("δ: 0 = perfectly separated, 0.5 = not at all", fontsize=8.5)
        save(
            figure,
            path,
            "Separation of every metric from every control",
            "Dots are δ with its interval, hollow diamonds the cross-fitted δ, ticks the δ that "
            "two equal groups would show. Trivial baselines stand below the line. The table under "
            "the figure holds every number.",
        )


def _panel(
    ax: Axes, part: pd.DataFrame, rows: list[str], trivial: Collection[str], look: Look
) -> None:
    """One control: dot and interval, cross-fitted diamond, null tick, for each metric."""
    quiet(ax)
    for height, metric in enumerate(rows):
        if metric not in part.index or not np.isfinite(part.loc[metric, "delta"]):
            ax.text(0.25, height, "not computed", ha="center", va="center", fontsize=7.5)
            continue
        row = part.loc[metric]
        fill = "white" if metric in trivial else look.color
        ax.plot([row["delta_low"], row["delta_high"]], [height] * 2, color=look.color, lw=1.6)
        null = [row["delta_null"]] * 2
        ax.plot(null, [height - 0.36, height + 0.36], color="black", lw=1.1)
        ax.plot(row["delta"], height, "o", color=look.color, mfc=fill, ms=5, mew=1.2)
        cross = row["delta_crossfit"]
        ax.plot(cross, height + 0.27, "D", mec="black", mfc="none", ms=2.8, mew=0.7)
    ax.set(xlim=(-0.02, 0.54), xticks=[0, 0.25, 0.5])
    ax.set_xticklabels(["0", ".25", ".5"])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
