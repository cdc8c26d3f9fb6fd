"""Curves along lines by kind, how long the plateaus are, and δ between every two kinds."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from litmus.figures.plateau import AXES, LIMITS, LOOKS, TITLES, short
from litmus.figures.style import drawing, quiet, save

BINS = 36
TOP = 6  # thresholds of KL that the upper panels show


def draw(
    curves: pd.DataFrame,
    sizes: pd.DataFrame,
    pairs: pd.DataFrame,
    threshold: float,
    title: str,
    path: str | Path,
) -> None:
    """Draw one experiment, straight on the left and along the sphere on the right.

    Args:
        curves: of `plateaus.curves.measure`.
        sizes: likewise.
        pairs: of `plateaus.pairs.compare`.
        threshold: nats at which a plateau ends.
        title: of the experiment.
        path: where the SVG goes.

    Raises:
        LitmusError: the file cannot be written.
    """
    modes, kinds = list(pd.unique(sizes["mode"])), list(pd.unique(sizes["kind"]))
    n = len(kinds)
    heights = [2.3, 1.8, 0.42 * n + 0.5, 0.3 * n + 0.7]
    with drawing(sum(heights) + 0.5) as figure:
        parts = figure.subfigures(4, 1, height_ratios=heights)
        upper, lower = (part.subplots(1, len(modes), squeeze=False)[0] for part in parts[:2])
        ridges = parts[2].subplots(n, len(modes), squeeze=False, sharex="col")
        tables = parts[3].subplots(1, len(modes), squeeze=False)[0]
        for column, mode in enumerate(modes):
            of_mode = curves[curves["mode"] == mode]
            _courses(upper[column], of_mode[of_mode["quantity"] == "kl"], kinds)
            upper[column].axhline(threshold, color="black", lw=0.9, ls=(0, (4, 2)))
            upper[column].set_ylim(0, TOP * threshold)
            upper[column].set_title(mode)
            _courses(lower[column], of_mode[of_mode["quantity"] == "l2"], kinds)
            lower[column].set_xlabel(AXES[mode])
            for row, kind in enumerate(kinds):
                part = sizes[(sizes["mode"] == mode) & (sizes["kind"] == kind)]
                _ridge(ridges[row, column], part, kind, LIMITS[mode])
            ridges[-1, column].set_xlabel(f"plateau size: {AXES[mode]}")
            _matrix(tables[column], pairs[pairs["mode"] == mode], kinds)
        upper[0].set_ylabel("KL, nats")
        lower[0].set_ylabel("L2 at the read hook")
        handles, labels = upper[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=3)
        save(figure, path, title, _description(sizes))


def _courses(ax: Axes, part: pd.DataFrame, kinds: list[str]) -> None:
    """The median of each kind's lines, and the band of the middle 80 %."""
    quiet(ax, "y")
    for kind in kinds:
        of_kind, look = part[part["kind"] == kind], LOOKS[kind]
        x = np.concatenate([[0], of_kind["distance"]])
        low, middle, high = (
            np.concatenate([[0], of_kind[name]]) for name in ("low", "median", "high")
        )
        ax.fill_between(x, low, high, color=look.color, alpha=0.1, lw=0)
        ax.plot(x, middle, color=look.color, ls=look.dashes, label=TITLES[kind])
    ax.set_xlim(0, None)
    ax.margins(x=0)


def _ridge(ax: Axes, part: pd.DataFrame, kind: str, limit: float) -> None:
    """One kind's histogram with its median; what never passes the threshold is told in words."""
    quiet(ax)
    inside = part.loc[part["reached"], "size"]
    counts, edges = np.histogram(inside, np.linspace(0, limit, BINS + 1))
    color = LOOKS[kind].color
    ax.stairs(counts / max(1, len(part)), edges, fill=True, color=color, alpha=0.55)
    ax.axvline(part["size"].median(), color="black", lw=1.1)
    if never := len(part) - len(inside):
        told = f"never: {never} of {len(part)}"
        ax.text(0.01, 0.95, told, transform=ax.transAxes, va="top", fontsize=7)
    ax.set(yticks=[], xlim=(0, limit), ylim=(0, None))
    ax.spines["left"].set_visible(False)
    if ax.get_subplotspec().is_first_col():
        ax.set_ylabel(short(kind), rotation=0, ha="right", va="center")


def _matrix(ax: Axes, pairs: pd.DataFrame, kinds: list[str]) -> None:
    """δ of each pair, darker where kinds lie further apart."""
    n = len(kinds)
    for row in pairs.itertuples():
        y, x = kinds.index(row.second), kinds.index(row.first)
        ax.fill_between(
            [x - 0.5, x + 0.5], y - 0.5, y + 0.5, color="#0072b2", alpha=0.5 - row.delta, lw=0
        )
        told = f"{row.delta:.2f}".removeprefix("0") + ("*" if row.p_holm < 0.05 else "")
        ax.text(x, y, told, ha="center", va="center", fontsize=7.5)
    ax.set_xticks(range(n - 1), [short(kind) for kind in kinds[:-1]], rotation=35, ha="right")
    ax.set_yticks(range(1, n), [short(kind) for kind in kinds[1:]])
    ax.set(xlim=(-0.5, n - 1.5), ylim=(n - 0.5, 0.5))
    ax.set_title("δ between two kinds", fontsize=8.5)
    ax.patch.set_visible(False)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _description(sizes: pd.DataFrame) -> str:
    parts = [
        f"{mode}, {TITLES[kind]}: median {part['size'].median():.3g}"
        for (mode, kind), part in sizes.groupby(["mode", "kind"], sort=False)
    ]
    return (
        "Curves of the divergence and of the distance at the read hook by kind, with bands of the "
        "middle 80 % of lines; below, histograms of the plateau size and δ of every two kinds. "
        + "; ".join(parts)
        + "."
    )
