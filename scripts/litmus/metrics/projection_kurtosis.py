"""The excess kurtosis of the projection: a trivial baseline."""

import numpy as np

from litmus.metrics.projections import Moments
from litmus.metrics.scores import Scores, checked


def score(moments: Moments, std: np.ndarray) -> Scores:
    """E z⁴ − 3 of each direction; its influence function is z⁴ − k − 4g·z − 2k·(z² − 1).

    g is the skewness and k = E z⁴.
    """
    g, k = moments.skewness, moments.kurtosis
    return checked(k - 3.0, moments.error(-4.0 * g, -2.0 * k, 0.0, 1.0), moments.dead)
