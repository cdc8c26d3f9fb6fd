"""The chains behind the LLC: the best, the middle and the worst of each status, and all drifts."""

from pathlib import Path

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from litmus.figures.chains import summarise
from litmus.figures.palette import looks
from litmus.figures.style import drawing, quiet, save

RANKS = ("lowest", "median", "highest")


def draw(
    traces: pd.DataFrame,
    scores: pd.DataFrame,
    burn_in: int,
    title: str,
    path: str | Path,
    candidate: str = "sae",
) -> None:
    """Draw sample paths of the loss, and how far the second half of the draws moved from the first.

    A row a status that has chains: the directions with the lowest, median and highest R-hat, all
    their chains, burn-in shaded. Below, the drift of every direction whose chains are finite.

    Args:
        traces: rows in the TRACES contract, every step of every chain; loss is log(1 + L).
        scores: the metric's rows in the SCORES contract.
        burn_in: steps dropped from the beginning of each chain.
        title: the metric's title.
        path: where the SVG goes.
        candidate: the group that is drawn first.

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
                ax.set_title(f"{row['direction']}   R-hat {_rhat(row['rhat'])}", fontsize=8)
            for ax in panels[len(chosen) :]:
                ax.set_visible(False)
            name = status.replace("_", " ")
            panels[0].set_ylabel(f"{name} ({counts[status]})\nlog(1 + L)", fontsize=8)
        _drifts(parts[-1].subplots(), health, groups, look)
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


def _drifts(ax: Axes, health: pd.DataFrame, groups: list[str], look: dict) -> None:
    """One outline a group over the drifts; chains at rest put them around zero."""
    quiet(ax, "y")
    finite = health[np.isfinite(health["drift"].astype(float))]
    if not finite.empty:
        edges = np.histogram_bin_edges(finite["drift"].to_numpy(float), bins=24)
        for group in groups:
            values = finite.loc[finite["group"] == group, "drift"].to_numpy(float)
            if not len(values):
                continue
            style = look[group]
            sns.histplot(
                x=values, bins=edges, element="step", fill=False, ax=ax, color=style.color,
                ls=style.dashes, lw=1.4, stat="proportion",
            )  # fmt: skip
            ax.lines[-1].set(label=group, gid=f"drift-{group}") if ax.lines else None
        ax.legend(loc="upper right", ncols=1)
    ax.axvline(0, color="black", lw=0.9)
    ax.set_xlabel("second half − first half of the draws, in standard deviations of the draws")
    ax.set_ylabel("share of directions", fontsize=8)
