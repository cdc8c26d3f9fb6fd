"""What is sampled: the table of cases. The rules of the chains' settings are in `plans`.

Light enough for the Snakefile to import: one job runs all that stands under one name.
"""

from typing import NamedTuple

NETWORKS: dict[tuple[int, ...], tuple[int, ...]] = {
    (2, 2, 2): (0, 1, 2),
    (5, 3, 5): (0, 3),
    (5, 4, 5): (0,),
    (8, 3, 4): (0,),
    (4, 4, 4): (2,),
    (3, 3, 3, 3): (0, 1, 2),
    (4, 2, 4, 2, 4): (1,),
    (10, 10, 10): (5,),
    (10, 10, 10, 10): (5,),
    (20, 20, 20, 20, 20): (10,),
}
"""Widths, the input's first → ranks of the true product."""

RESOLUTIONS = (1.0, 3.0, 10.0, 30.0, 100.0)
"""The ladder of nβ, as nβ·h/γ for h the least curvature across the stratum."""

DIMENSIONS = 400
"""Of every quadratic."""


class Quadratic(NamedTuple):
    """One quadratic and the sampler's settings."""

    learning_rate: float
    localization: float
    n_beta: float
    lowest: float = 1.0
    """Curvatures run from here to 1, evenly in their logarithm."""


QUADRATICS = (
    Quadratic(1e-3, 0, 100),
    Quadratic(1e-2, 0, 100),
    Quadratic(2e-2, 0, 100),
    Quadratic(1e-3, 100, 100),
    Quadratic(1e-2, 100, 100),
    Quadratic(1e-4, 1000, 100),
    Quadratic(1e-4, 0, 1e4),
    Quadratic(1e-5, 5000, 1e4),
    Quadratic(1e-2, 10, 100, lowest=0.01),
    Quadratic(1e-3, 50, 1000, lowest=0.01),
)


def name(widths: tuple[int, ...]) -> str:
    """`2-2-2`."""
    return "-".join(map(str, widths))


JOBS = {"quadratic": None} | {name(widths): widths for widths in NETWORKS}
"""A job's name → the widths of its networks; None for the quadratics."""
