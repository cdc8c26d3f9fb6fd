"""The output over the plane through three real activations: as a map and as a surface."""

from pathlib import Path

import numpy as np
import pandas as pd

from litmus.figures.style import drawing, save

LEVELS = 12
STRIDE = 24  # facets on a side of the surface


def draw(plane: pd.DataFrame, path: str | Path) -> None:
    """Draw KL from the first activation over the plane.

    Args:
        plane: of `plateaus.plane.landscape`.
        path: where the SVG goes.

    Raises:
        LitmusError: the file cannot be written.
    """
    mesh = plane[plane["corner"] < 0]
    x, y = np.sort(mesh["x"].unique()), np.sort(mesh["y"].unique())
    kl = mesh.pivot(index="y", columns="x", values="kl").to_numpy()
    corners = plane[plane["corner"] >= 0].sort_values("corner")
    levels = np.linspace(0, kl.max(), LEVELS + 1)
    with drawing(3.6) as figure:
        ax = figure.add_subplot(1, 2, 1)
        shades = ax.contourf(x, y, kl.clip(min=0), levels, cmap="viridis")
        ax.contour(x, y, kl, levels[1:-1], colors="white", linewidths=0.5, alpha=0.6)
        for name, row in zip("ABC", corners.itertuples(), strict=True):
            ax.plot(row.x, row.y, "o", color="white", mec="black", ms=5)
            ax.annotate(name, (row.x, row.y), (5, 4), textcoords="offset points", color="white")
        ax.set(aspect="equal", xlabel="towards B", ylabel="across, on C's side")
        bar = figure.colorbar(shades, ax=ax, label="KL from A, nats", shrink=0.8)
        bar.set_ticks(levels[::3], labels=[f"{level:.1f}" for level in levels[::3]])
        solid = figure.add_subplot(1, 2, 2, projection="3d")
        solid.set_facecolor("none")
        solid.plot_surface(
            *np.meshgrid(x, y), kl, cmap="viridis", rcount=STRIDE, ccount=STRIDE, linewidth=0
        )
        for name, row in zip("ABC", corners.itertuples(), strict=True):
            solid.plot([row.x] * 2, [row.y] * 2, [0, kl.max()], color="black", lw=1, zorder=10)
            solid.text(row.x, row.y, kl.max() * 1.05, name)
        solid.set(xticks=[], yticks=[], zlabel="KL, nats")
        solid.view_init(32, -60)
        values = ", ".join(
            f"{name} {row.kl:.3g}" for name, row in zip("ABC", corners.itertuples(), strict=True)
        )
        save(
            figure,
            path,
            "The plane through three real activations",
            "Divergence from the output at A over the plane through the activations A, B and C, "
            f"as a map with contours and as a surface. At the three: {values} nats; greatest on "
            f"the plane: {kl.max():.3g}.",
        )
