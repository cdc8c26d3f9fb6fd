"""Ablations: δ over k, kind and effect, with what the source reports."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from litmus.figures.palette import Look, looks
from litmus.figures.style import drawing, quiet, save
from litmus.metrics.ablation.settings import Effect, Kind, Strongest

Variants = Mapping[str, tuple[Kind, Effect, Strongest]]
# What the source reports against isotropic directions: its best by each effect.
PUBLISHED: dict[tuple[Kind, Effect, Strongest], float] = {
    ("mean", "kl", 16): 0.01,
    ("zero", "sparsity", 8): 0.046,
}
PUBLISHED_AGAINST = "isotropic"
NAMES: dict[Effect, str] = {"kl": "KL", "sparsity": "L1/L2"}
# The line, and how far left or right of the tick; the first is filled, the second hollow.
STYLES: dict[Kind, tuple[str, float]] = {"mean": ("-", -0.13), "zero": ("--", 0.13)}


def draw(
    separation: pd.DataFrame, variants: Variants, path: str | Path, candidate: str = "sae"
) -> None:
    """Draw δ of every ablation: a row an effect, a column a control, k along the axis.

    Args:
        separation: rows of separation.parquet.
        variants: metric → kind, effect and k.
        path: where the SVG goes.
        candidate: the group that is compared with every control.

    Raises:
        LitmusError: the file cannot be written.
    """
    kinds, effects, numbers = (
        list(dict.fromkeys(part)) for part in zip(*variants.values(), strict=True)
    )
    names = {variant: metric for metric, variant in variants.items()}
    controls = list(pd.unique(separation["control"]))
    look = looks(controls)
    rows = separation.set_index(["metric", "control"])
    with drawing(1.75 * len(effects) + 0.75) as figure:
        axes = figure.subplots(len(effects), len(controls), sharex=True, sharey=True, squeeze=False)
        for line, effect in zip(axes, effects, strict=True):
            for ax, control in zip(line, controls, strict=True):
                quiet(ax, "y")
                for kind in kinds:
                    metrics = [names[(kind, effect, k)] for k in numbers]
                    of = rows.loc[[(metric, control) for metric in metrics]]
                    _curve(ax, of, kind, look[control], (candidate, control))
                _null(ax, of["delta_null"])
                if control == PUBLISHED_AGAINST:
                    _published(ax, effect, numbers)
                ax.set_xticks(range(len(numbers)), [str(k) for k in numbers])
                ax.set(xlim=(-0.5, len(numbers) - 0.5), ylim=(-0.02, 0.54), yticks=[0, 0.25, 0.5])
            line[0].set_ylabel(f"δ by {NAMES[effect]}")
        for ax, control in zip(axes[0], controls, strict=True):
            ax.set_title(f"against {control}")
        figure.supxlabel("strongest data points", fontsize=8.5)
        named: dict[str, Artist] = {}
        for ax in axes.flat:
            handles, labels = ax.get_legend_handles_labels()
            named |= dict(zip(labels, handles, strict=True))
        figure.legend(named.values(), named.keys(), loc="outside upper left", ncols=3)
        save(
            figure,
            path,
            "Separation by every ablation",
            "δ over the number of strongest data points, with its interval; level strokes are the "
            "δ that two equal groups would show, stars what the source reports. "
            "The table under the figure holds every number.",
        )


def _curve(ax: Axes, rows: pd.DataFrame, kind: Kind, look: Look, groups: tuple[str, str]) -> None:
    """δ of one kind over k, with its interval; a mark points to where the candidate lies."""
    dashes, aside = STYLES[kind]
    x, delta = np.arange(len(rows)) + aside, rows["delta"].to_numpy(float)
    ax.vlines(x, rows["delta_low"], rows["delta_high"], color=look.color, lw=1, alpha=0.6)
    ax.plot(x, delta, dashes, color=look.color, lw=1.1)
    ax.plot([], [], dashes, color="black", lw=1.1, label=f"{kind} ablation")
    fill = look.color if kind == "mean" else "white"
    for marker, higher, word in zip("^v", groups, ("higher", "lower"), strict=True):
        those = rows["higher"].eq(higher).to_numpy()
        if those.any():
            ax.plot(x[those], delta[those], marker, color=look.color, ms=4, mfc=fill)
            ax.plot([], [], marker, color="black", ms=4, label=f"{groups[0]} {word}")


def _null(ax: Axes, values: pd.Series) -> None:
    """The null line of one control."""
    x = np.arange(len(values))
    ax.hlines(values, x - 0.4, x + 0.4, color="black", lw=0.8, alpha=0.7, label="two equal groups")


def _published(ax: Axes, effect: Effect, numbers: list[Strongest]) -> None:
    """What the source reports, where that k stands on the axis."""
    for (kind, of, k), delta in PUBLISHED.items():
        if of == effect and k in numbers:
            x = numbers.index(k) + STYLES[kind][1]
            ax.plot([x], [delta], "*", color="black", ms=7, mfc="none", ls="")
            ax.lines[-1].set_label("published, GPT-2-small")
