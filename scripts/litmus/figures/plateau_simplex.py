"""Plateau sizes over a simplex of three targets, and the test of its corner."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from litmus.figures.plateau import LOOKS, TITLES
from litmus.figures.style import drawing, quiet, save

SINGLE = 2  # bases that are shown alone, beside the mean over all
HEIGHT = np.sqrt(3) / 2
MARKERS = {"random": "s", "real_other": "o"}


def draw(sizes: pd.DataFrame, optimum: pd.DataFrame, path: str | Path) -> None:
    """Draw the angle at the threshold over both simplices, and the rises around their corner.

    Args:
        sizes: of `plateaus.simplex.landscape`.
        optimum: of `plateaus.optimum.tested`.
        path: where the SVG goes.

    Raises:
        LitmusError: the file cannot be written.
    """
    kinds = list(pd.unique(sizes["kind"]))
    shown = sorted(pd.unique(sizes["base"]))[:SINGLE]
    columns = ["first", "second", "third"]
    mean = sizes.groupby(["kind", *columns], sort=False)["size"].mean().reset_index()
    panels = [(f"base {base + 1}", sizes[sizes["base"] == base]) for base in shown]
    panels.append((f"mean of {sizes['base'].nunique()} bases", mean))
    with drawing(6.6) as figure:
        upper, lower = figure.subfigures(2, 1, height_ratios=[4.2, 2.4])
        axes = upper.subplots(len(kinds), len(panels), squeeze=False)
        for column, (title, part) in enumerate(panels):
            levels = np.linspace(part["size"].min(), part["size"].max() + 1e-6, 11)
            for row, kind in enumerate(kinds):
                shades = _triangle(axes[row, column], part[part["kind"] == kind], kind, levels)
            axes[0, column].set_title(title)
            bar = upper.colorbar(shades, ax=axes[:, column], location="bottom", shrink=0.8)
            bar.set_ticks(levels[::5], labels=[f"{level:.1f}°" for level in levels[::5]])
        tests = lower.subplots(1, 2, sharey=True)
        for ax, neighbour in zip(tests, ("random", "real_other"), strict=True):
            _rises(ax, optimum[optimum["neighbour"] == neighbour])
            ax.set_title(f"neighbours {TITLES[neighbour]}", fontsize=8.5)
        tests[0].set_ylabel("rise of the angle, degrees")
        handles, labels = tests[0].get_legend_handles_labels()
        lower.legend(handles, labels, loc="outside upper left", ncols=3)
        save(figure, path, "Sensitivity over a simplex of three targets", _description(optimum))


def _triangle(ax: Axes, part: pd.DataFrame, kind: str, levels: np.ndarray) -> object:
    """One simplex, its first corner on top."""
    x = part["third"] - part["second"]
    shades = ax.tricontourf(
        x.to_numpy() / 2, HEIGHT * part["first"].to_numpy(), part["size"].to_numpy(),
        levels, cmap="viridis",
    )  # fmt: skip
    ax.text(
        0, HEIGHT + 0.03, "random" if kind == "random" else "real other", ha="center", fontsize=7.5
    )
    for side in (-0.5, 0.5):
        ax.text(side, -0.03, "random", ha="center", va="top", fontsize=7.5)
    ax.set(aspect="equal", xlim=(-0.62, 0.62), ylim=(-0.12, 1.0))
    ax.set_axis_off()
    return shades


def _rises(ax: Axes, rows: pd.DataFrame) -> None:
    """Mean rises with 95 % intervals against the share mixed in."""
    quiet(ax, "y")
    ax.axhline(0, color="black", lw=0.8)
    for corner, part in rows.groupby("corner", sort=False):
        look = LOOKS.get(corner)
        ax.errorbar(
            part["mixing"], part["rise"], 1.96 * part["standard_error"],
            color=look.color if look else "black", ls=look.dashes if look else "-",
            marker=MARKERS.get(corner, "D"), ms=3.5,
            label=f"corner {TITLES[corner]}" if look else "real corner less random corner",
        )  # fmt: skip
    ax.set_xticks(sorted(rows["mixing"].unique()))
    ax.set_xlabel("share mixed in")


def _description(optimum: pd.DataFrame) -> str:
    parts = [
        f"corner {row.corner}, neighbours {row.neighbour}, {row.mixing:g} mixed in: "
        f"{row.rise:.3g} ± {row.standard_error:.2g}"
        for row in optimum.itertuples()
    ]
    return (
        "Angle at which the divergence passes the threshold, over simplices of three random "
        "targets and of a real one on top of two random ones; below, how much the angle rises "
        "from the top corner to its neighbours, in degrees. " + "; ".join(parts) + "."
    )
