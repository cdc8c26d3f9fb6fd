"""Paired controls: each candidate against the control that was made for it."""

import numpy as np
from scipy.stats import wilcoxon


def win_share(candidate: np.ndarray, control: np.ndarray) -> float:
    """The share of pairs in which the candidate is higher; a tie counts half.

    Args:
        candidate: finite values, shape (pairs,).
        control: its partners, shape (pairs,).
    """
    return float(np.mean(candidate > control) + np.mean(candidate == control) / 2)


def wilcoxon_p(candidate: np.ndarray, control: np.ndarray) -> float:
    """The two-sided p of the signed-rank test on the pairs' differences.

    Pairs without a difference are dropped (Wilcoxon 1945); if none has one, p is 1.

    Args:
        candidate: finite values, shape (pairs,).
        control: its partners, shape (pairs,).
    """
    if np.array_equal(candidate, control):
        return 1.0
    return float(wilcoxon(candidate, control).pvalue)
