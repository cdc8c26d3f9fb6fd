"""A metric over every live feature of the dictionary, with the sampled ones marked."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.ticker import MaxNLocator, PercentFormatter

from litmus.figures.palette import looks
from litmus.figures.style import drawing, quiet, save

COLUMNS = 3  # panels in a row
BINS = 18
HEIGHT = 2.1  # inches of a row


def draw(
    scores: pd.DataFrame,
    titles: Mapping[str, str],
    sampled: int,
    path: str | Path,
    candidate: str = "sae",
) -> None:
    """Draw the distribution of each metric over the whole dictionary to the SVG at `path`.

    A panel a metric. Filled: the share of all live features in each bin. Outlined: that of the
    sampled ones, which the controls are compared with, each also a stroke below.

    Args:
        scores: rows of `dictionary/<hook>/<seed>/<family>.parquet`; only those with status ok are
            drawn.
        titles: metric → title, a panel each.
        sampled: how many features the sample holds: the first in the table's order.
        path: where the SVG goes.
        candidate: the group whose colour the dictionary has.

    Raises:
        LitmusError: the file cannot be written.
    """
    columns = min(COLUMNS, len(titles))
    lines = -(-len(titles) // columns)
    color = looks([candidate])[candidate].color
    panels = [_Panel(scores[scores["metric"] == metric], sampled) for metric in titles]
    top = 1.05 * max(max(share.max() for share in panel.shares) for panel in panels) or 1.0
    with drawing(HEIGHT * lines + 0.3) as figure:
        axes = figure.subplots(lines, columns, sharey=True, squeeze=False)
        for ax, panel, title in zip(axes.flat, panels, titles.values(), strict=False):
            panel.draw(ax, color, top)
            ax.set_title(title)
        for ax in axes.flat[len(titles) :]:
            ax.set_visible(False)
        for ax in axes[:, 0]:
            ax.set_ylabel("share of features")
        handles, labels = axes.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=2)
        words = [
            f"{title}: all {panel.words[0]}; sampled {panel.words[1]}."
            for panel, title in zip(panels, titles.values(), strict=True)
        ]
        save(
            figure,
            path,
            "The whole dictionary",
            "Histograms over all live features, and over the sampled ones, which are also marked "
            "one by one. " + " ".join(words),
        )


class _Panel:
    """One metric: both histograms in the same bins, and a stroke a sampled feature below them."""

    def __init__(self, rows: pd.DataFrame, sampled: int) -> None:
        usable = rows["status"].eq("ok") & np.isfinite(rows["value"])
        chosen = np.arange(len(rows)) < sampled
        every = rows.loc[usable, "value"].to_numpy()
        self.some = rows.loc[usable & chosen, "value"].to_numpy()
        self.words = _counted(every, len(rows)), _counted(self.some, int(chosen.sum()))
        self.edges, self.log = _edges(every)
        self.shares = [
            np.histogram(values, self.edges)[0] / max(1, len(values))
            for values in (every, self.some)
        ]

    def draw(self, ax: Axes, color: str, top: float) -> None:
        """Onto `ax`, whose greatest share is `top`."""
        quiet(ax, "y")
        if self.log:
            ax.set_xscale("log")
        every, some = self.shares
        ax.stairs(every, self.edges, fill=True, color=color, alpha=0.4, label="every live feature")
        ax.stairs(some, self.edges, color="black", lw=1.1, label="sampled features")
        ends = np.tile([-0.03 * top, -0.1 * top], len(self.some))
        strokes = np.column_stack([np.repeat(self.some, 2), ends])
        outline = Outline(strokes, np.tile([Outline.MOVETO, Outline.LINETO], len(self.some)))
        outline.should_simplify = False
        rug = PathPatch(outline, fill=False, ec="black", lw=0.7, alpha=0.7)
        rug.set_gid("sampled")
        ax.add_patch(rug)
        ax.set_ylim(-0.13 * top, top)
        ax.set_yticks(
            [
                tick
                for tick in MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(0, top)
                if tick <= top
            ]
        )
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
        ax.set_xlabel(f"all {self.words[0]}\nsampled {self.words[1]}", fontsize=8)


def _edges(values: np.ndarray) -> tuple[np.ndarray, bool]:
    """Edges of the bins, and whether they are logarithmic: where values span decades."""
    if not len(values):
        return np.linspace(0, 1, BINS + 1), False
    low, high = values.min(), values.max()
    if low > 0 and np.divide(*np.quantile(values, [0.98, 0.02])) > 30:
        return np.geomspace(low, high, BINS + 1), True
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, BINS + 1), False


def _counted(values: np.ndarray, rows: int) -> str:
    """How many values there are, of how many, and their median."""
    excluded = f", {rows - len(values)} excluded" if rows > len(values) else ""
    middle = f"; median {np.median(values):.3g}" if len(values) else ""
    return f"{len(values)}{excluded}{middle}"
