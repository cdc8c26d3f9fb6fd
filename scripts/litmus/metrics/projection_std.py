"""The standard deviation of the projection: a trivial baseline."""

import numpy as np

from litmus.metrics.projections import Moments
from litmus.metrics.scores import Scores, checked


def score(moments: Moments, std: np.ndarray) -> Scores:
    """√(vᵀCv) of each direction; its influence function is σ·(z² − 1)/2."""
    zero = np.zeros_like(std)
    return checked(std, moments.error(zero, std / 2, 0.0, 0.0), moments.dead)
