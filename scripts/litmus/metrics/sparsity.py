"""How often the feature is zero on a token."""

import numpy as np

from litmus.feature import Nonlinearity
from litmus.metrics.projections import Projections, mean_over_sequences, silent
from litmus.metrics.scores import Scores, checked


def score(
    projections: Projections, std: np.ndarray, threshold: float, nonlinearity: Nonlinearity
) -> Scores:
    """P(f = 0) over tokens, for f with threshold kσ; `dead` where f is zero on every token."""
    zero = silent(projections, std, threshold, nonlinearity)
    value, error = mean_over_sequences(np.concatenate([block.mean(1) for block in zero]))
    return checked(value, error, value == 1)
