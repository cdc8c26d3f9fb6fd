"""How often the feature is zero on a whole sequence."""

import numpy as np

from litmus.feature import Nonlinearity
from litmus.metrics.projections import Projections, mean_over_sequences, silent
from litmus.metrics.scores import Scores, checked


def score(
    projections: Projections, std: np.ndarray, threshold: float, nonlinearity: Nonlinearity
) -> Scores:
    """P(‖f‖ over a sequence = 0), for f with threshold kσ; `dead` where f is zero everywhere."""
    zero = silent(projections, std, threshold, nonlinearity)
    value, error = mean_over_sequences(np.concatenate([block.all(1) for block in zero]))
    return checked(value, error, value == 1)
