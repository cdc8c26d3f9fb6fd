"""How often the feature is zero on a token."""

import numpy as np

from litmus import feature
from litmus.metrics.projections import Projections, mean_over_sequences
from litmus.metrics.scores import Scores, checked


def score(
    projections: Projections, std: np.ndarray, threshold: float, nonlinearity: feature.Nonlinearity
) -> Scores:
    """P(f = 0) over tokens, for f with threshold kσ; `dead` where f is zero on every token.

    Args:
        projections: blocks (sequences, context, n).
        std: σ of each projection, (n,).
        threshold: k.
        nonlinearity: of the feature.
    """
    zero = [
        (feature.value(block, threshold * std, nonlinearity) == 0).mean(1) for block in projections
    ]
    value, error = mean_over_sequences(np.concatenate(zero))
    return checked(value, error, value == 1)
