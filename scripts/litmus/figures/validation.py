"""How far λ̂ lies from a known learning coefficient, against nβ."""

import math
from pathlib import Path

import pandas as pd

from litmus.figures.palette import KNOWN
from litmus.figures.style import drawing, quiet, save
from litmus.validation.rows import SHARE, largest

COLUMNS = 5
LOOKS = (KNOWN["sae"], KNOWN["matched"], KNOWN["covariance"])
MARKERS = ("o", "s", "^")
TIGHT = {"handletextpad": 0.1, "borderaxespad": 0.1, "labelspacing": 0.15}


def draw(measured: pd.DataFrame, path: str | Path) -> None:
    """Draw λ̂/λ − 1 against nβ, a panel for each shape of network and a colour for each rank.

    Bars are three standard errors, dashes what the finite nβ predicts.

    Args:
        measured: rows of the linear networks in the contract of `validation.rows`.
        path: where the SVG goes.

    Raises:
        LitmusError: the file cannot be written.
    """
    band = 100 * SHARE
    shapes = measured["case"].str.split(", ").str[0]
    final = largest(measured)
    names = list(dict.fromkeys(shapes))
    lines = math.ceil(len(names) / COLUMNS)
    with drawing(1.75 * lines + 0.3) as figure:
        panels = figure.subplots(lines, COLUMNS, sharey=True, squeeze=False).flat
        for ax in list(panels)[len(names) :]:
            ax.remove()
        for ax, shape in zip(figure.axes, names, strict=True):
            quiet(ax, "y")
            ax.axhspan(-band, band, color=KNOWN["isotropic"].color, alpha=0.14, lw=0)
            ax.axhline(0, color="black", lw=0.7)
            ranks = measured[shapes == shape].groupby("case", sort=False)
            for (case, rows), look, marker in zip(ranks, LOOKS, MARKERS, strict=False):
                relative = 100 * (rows[["estimate", "predicted"]].div(rows["truth"], axis=0) - 1)
                ax.plot(rows["n_beta"], relative["predicted"], c=look.color, lw=1, ls=(0, (3, 2)))
                ax.errorbar(
                    rows["n_beta"],
                    relative["estimate"],
                    yerr=300 * rows["standard_error"] / rows["truth"],
                    fmt=marker,
                    ms=3.5,
                    lw=1,
                    color=look.color,
                    label=case.split("rank ")[1],
                )
            ax.set_xscale("log")
            ax.minorticks_off()
            ax.set_title(shape)
            ax.legend(title="rank", title_fontsize=7, fontsize=7, loc="lower right", **TIGHT)
        figure.supxlabel("inverse temperature nβ", fontsize=8.5)
        figure.supylabel("error of λ̂, % of λ", fontsize=8.5)
        save(
            figure,
            path,
            "Error of the estimated learning coefficient against nβ",
            f"{len(names)} panels, one for each shape of deep linear network. The estimates start "
            f"below the truth at small nβ and approach it; at the largest nβ the largest error is "
            f"{100 * (final['estimate'] / final['truth'] - 1).abs().max():.1f} %.",
        )
