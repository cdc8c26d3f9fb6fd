"""Made-up tables of the plateau experiments, and each figure drawn from them."""

import numpy as np
import pandas as pd

from litmus.figures import plateau_curves, plateau_layers, plateau_plane, plateau_simplex
from litmus.plateaus import pairs
from litmus.plateaus.curves import course
from litmus.plateaus.optimum import DIFFERENCE
from litmus.plateaus.simplex import weights

KINDS = ("random", "real_other", "isotropic")
LIMITS = {"straight": 1.0, "sphere": 180.0}


def sizes(layer=None):
    """Sizes of three kinds in both modes; a tenth of the isotropic ones never pass."""
    drawn = np.random.default_rng(layer or 0)
    parts = []
    for mode, limit in LIMITS.items():
        for i, kind in enumerate(KINDS):
            base, line = np.indices((10, 4))
            size = limit * drawn.uniform(0.2 + 0.1 * i, 0.5 + 0.1 * i, 40)
            reached = np.ones(40, bool)
            reached[: 4 * (kind == "isotropic")] = False
            parts.append(
                pd.DataFrame(
                    {
                        "kind": kind,
                        "mode": mode,
                        "base": base.ravel(),
                        "line": line.ravel(),
                        "size": np.where(reached, size, limit),
                        "reached": reached,
                    }
                )
            )
    found = pd.concat(parts, ignore_index=True)
    return found if layer is None else found.assign(layer=layer)


def curves():
    """Rising curves of every kind, mode and quantity."""
    share = np.linspace(0.1, 1, 10)
    return pd.concat(
        [
            course(np.full((5, 2, 10), i + 1) * share**2, limit * share).assign(
                kind=kind, mode=mode, quantity=quantity
            )
            for mode, limit in LIMITS.items()
            for i, kind in enumerate(KINDS)
            for quantity in ("kl", "l2", "cosine")
        ],
        ignore_index=True,
    )


def plane():
    """A bowl with three corners."""
    x, y = (a.ravel() for a in np.meshgrid(np.linspace(-1, 3, 9), np.linspace(-1, 2, 9)))
    x, y = np.concatenate([[0, 2, 1], x]), np.concatenate([[0, 0, 1], y])
    corner = np.concatenate([[0, 1, 2], np.full(81, -1)])
    return pd.DataFrame({"x": x, "y": y, "kl": x**2 + y**2, "l2": x, "corner": corner})


def simplex():
    """Sizes of three bases over both simplices."""
    at = weights(4)
    return pd.concat(
        [
            pd.DataFrame(at, columns=["first", "second", "third"]).assign(
                kind=kind, base=base, size=30 + base + 5 * at[:, 0], reached=True
            )
            for kind in ("random", "real_other")
            for base in range(3)
        ],
        ignore_index=True,
    )


def optimum():
    """A rise for every corner, neighbour and mixing."""
    return pd.DataFrame(
        [
            dict(corner=corner, neighbour=neighbour, mixing=mixing, bases=9, rise=-mixing,
                 standard_error=0.02, p=0.2, optima=0.1, low=0.0, high=0.4, p_holm=0.5)
            for corner in ("random", "real_other", DIFFERENCE)
            for neighbour in ("random", "real_other")
            for mixing in (0.1, 0.2)
        ]
    )  # fmt: skip


def layered():
    """Sizes and pairs at three layers."""
    every = [sizes(layer) for layer in (1, 2, 3)]
    every = [part[part["kind"] != "isotropic"] for part in every]
    told = [pairs.compare(part, 100, 0.95, 0).assign(layer=i + 1) for i, part in enumerate(every)]
    return pd.concat(every), pd.concat(told)


SIZES = sizes()
PAIRS = pairs.compare(SIZES, 100, 0.95, 0)
DRAW = {
    "curves": lambda path: plateau_curves.draw(curves(), SIZES, PAIRS, 0.5, "Curves", path),
    "layers": lambda path: plateau_layers.draw(*layered(), path),
    "plane": lambda path: plateau_plane.draw(plane(), path),
    "simplex": lambda path: plateau_simplex.draw(simplex(), optimum(), path),
}
