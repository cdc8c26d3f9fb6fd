"""Experiment 3: the output over the plane through three real activations."""

from typing import Any

import numpy as np
import pandas as pd

from litmus.plateaus.laboratory import Laboratory

MARGIN = 0.35  # of the triangle's width and height, shown around it


def coordinates(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """An orthonormal frame of the plane through three points.

    Args:
        corners: (3, width).

    Returns:
        The frame (2, width), whose first axis points from the first corner to the second, and the
        corners in it (3, 2), the first at the origin.
    """
    along = corners[1] - corners[0]
    first = along / np.linalg.norm(along)
    across = corners[2] - corners[0]
    across = across - (across @ first) * first
    frame = np.stack([first, across / np.linalg.norm(across)])
    return frame, (corners - corners[0]) @ frame.T


def landscape(laboratory: Laboratory, block: dict[str, Any]) -> pd.DataFrame:
    """KL from the first of three real activations, at the past of the first.

    Returns:
        x, y in the frame of `coordinates`, kl, l2, and corner: 0, 1, 2 for the three activations,
        −1 for the points of the grid.
    """
    corners = laboratory.real[:3]
    frame, places = coordinates(corners)
    low, high = places.min(0), places.max(0)
    margin = MARGIN * (high - low)
    axes = [
        np.linspace(a, b, block["resolution"])
        for a, b in zip(low - margin, high + margin, strict=True)
    ]
    mesh = np.stack(np.meshgrid(*axes), -1).reshape(-1, 2)
    every = np.concatenate([places, mesh])
    bases = laboratory.subject.bases(laboratory.context[:1])
    points = laboratory.tensor(corners[0] + every @ frame)
    seen = laboratory.subject.effect(points.unsqueeze(0), bases)
    return pd.DataFrame(
        {
            "x": every[:, 0],
            "y": every[:, 1],
            "kl": seen.kl[0].double().cpu().numpy(),
            "l2": seen.l2[0].double().cpu().numpy(),
            "corner": np.concatenate([np.arange(3), np.full(len(mesh), -1)]),
        }
    )
