"""The chains behind the LLC: the best, the middle and the worst of each status, and all drifts."""

from pathlib import Path

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.ticker import MaxNLocator

from litmus.figures.chains import summarise
from litmus.figures.palette import Look, looks
from litmus.figures.style import drawing, quiet, save


def draw(
    traces: pd.DataFrame,
    scores: pd.DataFrame,
    burn_in: int,
    title: str,
    path: str | Path,
    candidate: str = "sae",
    loss: str = "log(1 + L)",
) -> None:
    """Draw sample paths of the loss, and how far the second half of the draws moved from the first.

    A row a status that has chains: the directions with the lowest, median and highest R-hat, all
    their chains, burn-in shaded. Below, the drift of every direction whose chains are finite.

    Args:
        traces: rows in the TRACES contract, every step of every chain.
        scores: the metric's rows in the SCORES contract.
        burn_in: steps dropped from the beginning of each chain.
        title: the metric's title.
        path: where the SVG goes.
        candidate: the group that is drawn first.
        loss: what the chains' loss is, for the axis.

    Raises:
        LitmusError: the file cannot be written.
    """
    health = summarise(traces, burn_in).merge(scores[["direction", "status"]], on="direction")
    kinds = [s for s in ("ok", "not_converged", "diverged", "dead") if s in set(health["status"])]
    counts = scores["status"].value_counts()
    groups = sorted(health["group"].unique(), key=lambda group: (group != candidate, group))
    look = looks(groups)
    by_direction = dict(iter(traces.groupby("direction")))
    with drawing(1.45 * len(kinds) + 1.75) as figure:
        parts = figure.subfigures(
            len(kinds) + 1, 1, height_ratios=[*[1.45] * len(kinds), 1.75], squeeze=False
        )[:, 0]
        for part, status in zip(parts, kinds, strict=False):
            chosen = _chosen(health[health["status"] == status])
            panels = part.subplots(1, 3)
            for ax, row in zip(panels, chosen, strict=False):
                color = look[row["group"]].color
                _paths(ax, by_direction[row["direction"]], burn_in, color)
                ax.set_title(f"{row['direction']}\u2003R-hat {_rhat(row['rhat'])}", fontsize=8)
            for ax in panels[len(chosen) :]:
                ax.set_visible(False)
            name = status.replace("_", " ")
            panels[0].set_ylabel(f"{name} ({counts[status]})\n{loss}", fontsize=8)
        _drifts(parts[-1], health, groups, look)
        told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
        save(
            figure,
            path,
            f"{title}: chains",
            "Loss along the chains of the directions with the lowest, median and highest R-hat of "
            f"each status, burn-in shaded, and the drift of all directions. Estimates: {told}.",
        )


def _rhat(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "–"


def _chosen(health: pd.DataFrame) -> list[pd.Series]:
    """The rows of lowest, median and highest R-hat; those without an R-hat come last."""
    ordered = health.sort_values(["rhat", "direction"], na_position="last").reset_index(drop=True)
    places = sorted({0, (len(ordered) - 1) // 2, len(ordered) - 1})
    return [ordered.iloc[place] for place in places]


def _paths(ax: Axes, chains: pd.DataFrame, burn_in: int, color: str) -> None:
    """Every chain of one direction; a chain that stops being finite ends in a cross."""
    quiet(ax, "y")
    start, end = chains["step"].min(), chains["step"].max()
    ax.axvspan(start, start + burn_in, color="black", alpha=0.07, lw=0)
    for _, chain in chains.sort_values("step").groupby("chain"):
        loss = chain["loss"].where(np.isfinite(chain["loss"]))
        ax.plot(chain["step"], loss, color=color, lw=0.9, alpha=0.75)
        last = loss.last_valid_index()
        if loss.isna().any() and last is not None:
            ax.plot(chain["step"][last], loss[last], "x", color="black", ms=5, mew=1.2)
    ax.set_xlim(start, end)
    ax.set_ylim(bottom=0)
    ax.locator_params(nbins=4)


def _drifts(
    part: SubFigure, health: pd.DataFrame, groups: list[str], look: dict[str, Look]
) -> None:
    """A histogram a group over the drifts, on shared axes; chains at rest put them around zero."""
    panels = part.subplots(1, len(groups), sharex=True, sharey=True, squeeze=False)[0]
    finite = health[np.isfinite(health["drift"].astype(float))]
    # Zero belongs to the range, so that a common drift shows as a distance from it.
    edges = np.histogram_bin_edges([0.0, *finite["drift"]], bins=16)
    for ax, group in zip(panels, groups, strict=True):
        quiet(ax, "y")
        values = finite.loc[finite["group"] == group, "drift"].to_numpy(float)
        if len(values):
            color = look[group].color
            sns.histplot(x=values, bins=edges, ax=ax, color=color, alpha=0.55, lw=0.4, ec=color)
        ax.axvline(0, color="black", lw=0.9)
        ax.set_title(group, fontsize=8)
        ax.set(xlabel="", ylabel="")
        ax.xaxis.set_major_locator(MaxNLocator(3))
    panels[0].set_ylabel("directions", fontsize=8)
    part.supxlabel("drift: second half − first half, in standard deviations", fontsize=8)
