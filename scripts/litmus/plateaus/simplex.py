"""Experiment 4: plateau sizes over a simplex of three targets.

The targets are interpolated, and the direction is taken from the base to the interpolated target:
not the directions themselves.
"""

from typing import Any

import numpy as np
import pandas as pd

from litmus.metrics.plateau.geometry import SCALES, lines
from litmus.metrics.plateau.scan import Profile, profile
from litmus.plateaus.laboratory import Laboratory, grid

# The first corner's kind; the two others are random.
KINDS = ("random", "real_other")


def weights(edge: int) -> np.ndarray:
    """All barycentric weights with `edge` points on each edge: (edge·(edge + 1)/2, 3)."""
    last = edge - 1
    rows = [(last - i - j, i, j) for i in range(edge) for j in range(edge - i)]
    return np.array(rows) / last


def corners(laboratory: Laboratory, kind: str) -> np.ndarray:
    """Three targets for each base, (bases, 3, width); both kinds share the two random ones."""
    first = laboratory.targets(kind, 1, "simplex", "corner")
    return np.concatenate([first, laboratory.targets("random", 2, "simplex")], 1)


def towards(laboratory: Laboratory, targets: np.ndarray, block: dict[str, Any]) -> Profile:
    """The profile on the sphere of lines from each real base to targets (bases, n, width)."""
    bases = laboratory.subject.bases(laboratory.context)
    direction = laboratory.tensor(targets - laboratory.real[:, None])
    given = lines(bases.activation, direction, "sphere")
    return profile(laboratory.subject, bases, given, grid(block), block["threshold"])


def landscape(laboratory: Laboratory, block: dict[str, Any]) -> pd.DataFrame:
    """Sizes (degrees) over the simplex, for every base and both kinds of first corner.

    Returns:
        kind, base, first, second, third (the weights), size, reached.
    """
    at = weights(block["edge"])
    tables = []
    for kind in KINDS:
        targets = np.einsum("nc,bcw->bnw", at, corners(laboratory, kind))
        seen = towards(laboratory, targets, block)
        bases, count = seen.size.shape
        tables.append(
            pd.DataFrame(
                {
                    "kind": kind,
                    "base": np.repeat(np.arange(bases), count),
                    **dict(
                        zip(("first", "second", "third"), np.tile(at, (bases, 1)).T, strict=True)
                    ),
                    "size": SCALES["sphere"].limit * seen.size.double().cpu().numpy().ravel(),
                    "reached": seen.reached.cpu().numpy().ravel(),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)
