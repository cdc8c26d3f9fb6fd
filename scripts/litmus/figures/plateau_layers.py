"""Plateau sizes towards random and towards real activations, layer by layer."""

from pathlib import Path

import numpy as np
import pandas as pd

from litmus.figures.plateau import AXES, LOOKS, TITLES
from litmus.figures.style import drawing, quiet, save


def draw(sizes: pd.DataFrame, pairs: pd.DataFrame, path: str | Path) -> None:
    """Draw restricted mean sizes with 95 % intervals over bases, and δ below.

    Args:
        sizes: of `plateaus.curves.measure`, with a column layer.
        pairs: of `plateaus.pairs.compare`, likewise.
        path: where the SVG goes.

    Raises:
        LitmusError: the file cannot be written.
    """
    modes, kinds = list(pd.unique(sizes["mode"])), list(pd.unique(sizes["kind"]))
    layers = sorted(pd.unique(sizes["layer"]))
    means = sizes.groupby(["mode", "kind", "layer", "base"])["size"].mean()
    told = []
    with drawing(4.2) as figure:
        axes = figure.subplots(2, len(modes), squeeze=False, sharex=True)
        for column, mode in enumerate(modes):
            ax, below = axes[:, column]
            quiet(ax, "y")
            quiet(below, "y")
            for shift, kind in zip(np.linspace(-0.06, 0.06, len(kinds)), kinds, strict=True):
                of_kind = [means[mode, kind, layer] for layer in layers]
                middle = np.array([part.mean() for part in of_kind])
                error = np.array([part.std(ddof=1) / np.sqrt(len(part)) for part in of_kind])
                look = LOOKS[kind]
                ax.errorbar(
                    np.array(layers) + shift, middle, 1.96 * error,
                    color=look.color, ls=look.dashes, marker="o", ms=3.5, label=TITLES[kind],
                )  # fmt: skip
                told.append(f"{mode}, {TITLES[kind]}: {', '.join(f'{m:.3g}' for m in middle)}")
            rows = pairs[pairs["mode"] == mode].sort_values("layer")
            reach = np.abs(
                rows[["delta_low", "delta_high"]].to_numpy().T - rows["delta"].to_numpy()
            )
            below.errorbar(rows["layer"], rows["delta"], reach, color="black", marker="o", ms=3.5)
            below.plot(rows["layer"], rows["delta_null"], "_", color="black", ms=12)
            ax.set_title(mode)
            ax.set_ylabel(AXES[mode])
            below.set(ylim=(0, 0.52), xticks=layers, xlabel="layer of the write hook")
            below.set_ylabel("δ")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=2)
        save(
            figure,
            path,
            "Sensitive directions, layer by layer",
            "Mean plateau sizes with intervals by layer, and δ between the two kinds with the "
            "value that equal kinds would show. " + "; ".join(told) + ".",
        )
