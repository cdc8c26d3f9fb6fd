"""Activations that are not real: Gaussian with the data's moments, and isotropic.

Like real ones they have no mean over their coordinates where the residual stream has none, but
their mean over draws is that of the data and their norm is not fixed.
"""

import numpy as np

from litmus.activations.statistics import Statistics
from litmus.directions.controls import centre, spectrum


def gaussian(count: int, statistics: Statistics, generator: np.random.Generator) -> np.ndarray:
    """`random` in the source's words: N(mean, C), float64 (count, width)."""
    values, basis = spectrum(statistics)
    drawn = generator.standard_normal((count, len(values)))
    return statistics.mean + (drawn * np.sqrt(values)) @ basis.T


def isotropic(
    count: int, statistics: Statistics, centred: bool, generator: np.random.Generator
) -> np.ndarray:
    """`naive random`: all directions alike, with the data's mean square norm (our choice of size).

    Returns:
        float64 (count, width).
    """
    width = len(statistics.mean)
    drawn = centre(generator.standard_normal((count, width)), centred)
    square = np.trace(statistics.covariance) + statistics.mean @ statistics.mean
    return drawn * np.sqrt(square / (width - centred))
