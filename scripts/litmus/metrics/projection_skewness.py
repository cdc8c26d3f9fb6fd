"""The skewness of the projection: a trivial baseline."""

import numpy as np

from litmus.metrics.projections import Moments
from litmus.metrics.scores import Scores, checked


def score(moments: Moments, std: np.ndarray) -> Scores:
    """E z³ of each direction; its influence function is z³ − 3z − (3/2)·g·(z² − 1) − g."""
    g = moments.skewness
    return checked(g, moments.error(np.full_like(g, -3.0), -1.5 * g, 1.0, 0.0), moments.dead)
