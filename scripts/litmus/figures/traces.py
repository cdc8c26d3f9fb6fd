"""The chains of a metric: the best, the middle and the worst of each status, and all drifts."""

from pathlib import Path

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.ticker import MaxNLocator

from litmus.figures.chains import chosen
from litmus.figures.palette import Look, looks
from litmus.figures.style import drawing, quiet, save

POINTS = 600  # of all paths in a panel: more than its pixels tell apart
FEWEST = 40  # of one path, however many share the panel


def draw(
    traces: pd.DataFrame,
    health: pd.DataFrame,
    burn_in: int,
    title: str,
    path: str | Path,
    candidate: str = "sae",
    loss: str = "log(1 + L)",
) -> None:
    """Draw sample paths of the loss, and how far the second half of the draws moved from the first.

    A row a status that occurs: the directions with the lowest, median and highest R-hat, all their
    chains, burn-in shaded. Below, the drift of every direction that has one. An axis starts at
    zero unless a loss on it is negative, as that of the natural LLC may be; then a line marks zero.

    Args:
        traces: the result of `chains.paths`: the shown directions' chains, every step of them.
        health: the result of `chains.judged`.
        burn_in: steps dropped from the beginning of each chain.
        title: the metric's title.
        path: where the SVG goes.
        candidate: the group that is drawn first.
        loss: what the chains' loss is, for the axis.

    Raises:
        LitmusError: the file cannot be written.
    """
    shown, counts = chosen(health), health["status"].value_counts()
    present = list(health["group"].unique())
    groups = sorted(present, key=lambda group: (group != candidate, present.index(group)))
    look = looks(groups)
    by_direction = dict(iter(traces.groupby("direction")))
    with drawing(1.45 * len(shown) + 1.75) as figure:
        above, below = figure.subfigures(2, 1, height_ratios=[1.45 * len(shown), 1.75])
        grid = above.subplots(len(shown), 3, squeeze=False)
        for panels, (status, rows) in zip(grid, shown.items(), strict=True):
            for ax, row in zip(panels, rows.itertuples(), strict=False):
                _paths(ax, by_direction[row.direction], burn_in, look[row.group].color)
                ax.set_title(f"{row.direction}\u2003R-hat {_rhat(row.rhat)}", fontsize=8)
            for ax in panels[len(rows) :]:
                ax.set_visible(False)
            name = status.replace("_", " ")
            panels[0].set_ylabel(f"{name} ({counts[status]})\n{loss}", fontsize=8)
        above.supxlabel("step", fontsize=8)
        _drifts(below, health, groups, look)
        told = ", ".join(f"{counts[status]} {status.replace('_', ' ')}" for status in shown)
        save(
            figure,
            path,
            f"{title}: chains",
            "Loss along the chains of the directions with the lowest, median and highest R-hat of "
            f"each status, burn-in shaded, and the drift of all directions. Estimates: {told}.",
        )


def thinned(loss: np.ndarray, points: int) -> np.ndarray:
    """Places of at most `points` values that draw the same path: no spike is lost.

    Of as many equal stretches as `points` allows, the lowest and the highest value of each.
    """
    if len(loss) <= points:
        return np.arange(len(loss))
    stretches = np.array_split(np.arange(len(loss)), max(1, points // 2))
    return np.unique([s[pick(loss[s])] for s in stretches for pick in (np.argmin, np.argmax)])


def _rhat(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "–"


def _paths(ax: Axes, chains: pd.DataFrame, burn_in: int, color: str) -> None:
    """Every chain of one direction; a chain that stops being finite ends in a cross."""
    quiet(ax, "y")
    start, end = chains["step"].min(), chains["step"].max()
    ax.axvspan(start, start + burn_in, color="black", alpha=0.07, lw=0)
    budget, lowest = max(FEWEST, POINTS // chains["chain"].nunique()), 0.0
    for _, chain in chains.sort_values("step").groupby("chain"):
        steps, losses = chain["step"].to_numpy(), chain["loss"].to_numpy(float)
        finite = int(np.isfinite(losses).cumprod().sum())
        if not finite:
            continue
        kept = thinned(losses[:finite], budget)
        ax.plot(steps[kept], losses[kept], color=color, lw=0.9, alpha=0.75)
        if finite < len(losses):
            ax.plot(steps[finite - 1], losses[finite - 1], "x", color="black", ms=5, mew=1.2)
        lowest = min(lowest, losses[:finite].min())
    ax.set_xlim(start, end)
    if lowest < 0:
        ax.axhline(0, color="black", lw=0.7)
    else:
        ax.set_ylim(bottom=0)
    ax.locator_params(nbins=4)


def _drifts(
    part: SubFigure, health: pd.DataFrame, groups: list[str], look: dict[str, Look]
) -> None:
    """A histogram a group over the drifts, on shared axes; chains at rest put them around zero."""
    panels = part.subplots(1, len(groups), sharex=True, sharey=True, squeeze=False)[0]
    known = health[np.isfinite(health["drift"]) & (health["status"] != "dead")]
    # Zero belongs to the range, so that a common drift shows as a distance from it.
    edges = np.histogram_bin_edges([0.0, *known["drift"]], bins=16)
    for ax, group in zip(panels, groups, strict=True):
        quiet(ax, "y")
        values = known.loc[known["group"] == group, "drift"].to_numpy(float)
        if len(values):
            color = look[group].color
            sns.histplot(
                x=values, bins=edges, ax=ax, color=color, element="step", alpha=0.55, lw=0.8
            )
        ax.axvline(0, color="black", lw=0.9)
        ax.set_title(group, fontsize=8)
        ax.set(xlabel="", ylabel="")
        ax.xaxis.set_major_locator(MaxNLocator(3))
    panels[0].set_ylabel("directions", fontsize=8)
    part.supxlabel("drift: second half − first half, in standard deviations", fontsize=8)
