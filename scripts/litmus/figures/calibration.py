"""The chain settings that calibration tried: where they lie, how they fared, which one is taken."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from litmus.figures.style import drawing, quiet, save

COLOR = "#0072b2"
LOWEST = -0.5  # of the information that is drawn: how hot is too hot does not matter


class Kind(NamedTuple):
    """How settings with one verdict are drawn and called."""

    marker: str
    words: str


KINDS = {
    "": Kind("o", "passes"),
    "diverged": Kind("x", "diverged"),
    "not_converged": Kind("s", "not converged"),
    "drift": Kind(">", "drifts"),
    "start": Kind("D", "start not forgotten"),
    "hot": Kind("^", "hotter than the pull alone"),
    "stiff": Kind("v", "step too large"),
}


def draw(tried: pd.DataFrame, title: str, path: str | Path) -> None:
    """Draw the settings tried to the SVG at `path`.

    Left: in the plane of ε·γ, which decides how fast a chain forgets its start, and nβ/γ, which
    decides how much the loss counts beside the pull. Right: effective draws a step against
    information, with two standard errors; those far below zero stand at the edge.

    Args:
        tried: rows of `calibration/<family>.parquet`.
        title: of the metric.
        path: where the SVG goes.

    Raises:
        LitmusError: the file cannot be written.
    """
    pull = tried["learning_rate"] * tried["localization"]
    weight = tried["n_beta"] / tried["localization"]
    information = tried["information"].clip(lower=LOWEST)
    with drawing(3.4) as figure:
        plane, yields = figure.subplots(1, 2)
        for ax in (plane, yields):
            quiet(ax, "both")
        _points(plane, tried, pull, weight)
        plane.set(
            xscale="log", yscale="log", xlabel="ε·γ: forgetting", ylabel="nβ/γ: loss against pull"
        )
        yields.axhline(0, color="black", lw=0.9)
        good = tried["passed"].to_numpy(bool)
        yields.errorbar(
            tried["ess_per_step"][good],
            information[good],
            2 * tried["information_error"][good],
            fmt="none",
            ecolor=COLOR,
            elinewidth=0.9,
        )
        _points(yields, tried, tried["ess_per_step"], information)
        yields.set(xlabel="effective draws a step", ylabel="information")
        yields.set_ylim(1.06 * LOWEST, max(0.3, 1.1 * np.nanmax([*information, 0.0])))
        yields.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
        handles, labels = plane.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=4)
        save(figure, path, f"{title}: calibration", _words(tried))


def _points(ax: Axes, tried: pd.DataFrame, x: pd.Series, y: pd.Series) -> None:
    """A marker a setting, by the first criterion missed, and a ring around the one taken."""
    for reason, kind in KINDS.items():
        here = tried["reason"] == reason
        if not here.any():
            continue
        ink = COLOR if not reason else "black"
        filled = {} if kind.marker == "x" else {"markerfacecolor": ink if not reason else "none"}
        ax.plot(
            x[here], y[here], kind.marker, color=ink, ms=5, mew=0.9, **filled,
            alpha=1.0 if not reason else 0.65, label=f"{kind.words} ({here.sum()})",
        )  # fmt: skip
    taken = tried["chosen"]
    ax.plot(x[taken], y[taken], "o", color=COLOR, ms=12, mew=1.6, mfc="none", label="taken")
    ax.lines[-1].set_gid("taken")


def _words(tried: pd.DataFrame) -> str:
    counts = tried["reason"].value_counts()
    told = [f"{counts[r]} {kind.words}" for r, kind in KINDS.items() if r in counts]
    taken = tried[tried["chosen"]].iloc[0]
    return (
        f"{len(tried)} settings: {', '.join(told)}. Taken: learning rate "
        f"{taken['learning_rate']:.3g}, n_beta {taken['n_beta']:.3g}, localization "
        f"{taken['localization']:.3g}."
    )
