"""Many tests at once."""

import numpy as np


def holm(p: np.ndarray) -> np.ndarray:
    """Step-down p-values: the chance of one false alarm or more among all tests stays below them.

    The i-th smallest of k is multiplied by k − i + 1, made monotone and cut at 1; NaN, a test that
    was not made, is left out and stays NaN. Source: Holm 1979.

    Args:
        p: p-values, shape (tests,).

    Returns:
        The corrected p-values in the same order, shape (tests,).
    """
    corrected = np.full(len(p), np.nan)
    made = np.flatnonzero(~np.isnan(p))
    ascending = made[np.argsort(p[made], kind="stable")]
    factors = np.arange(len(made), 0, -1)
    corrected[ascending] = np.minimum(np.maximum.accumulate(factors * p[ascending]), 1)
    return corrected
