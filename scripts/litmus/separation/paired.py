"""Paired controls: each candidate against the control that was made for it."""

import numpy as np
from scipy.stats import wilcoxon

# Differences below this share of the values are rounding: directions are stored in float32.
TIE = 1e-6


def differences(candidate: np.ndarray, control: np.ndarray) -> np.ndarray:
    """Candidate less control of each pair, zero where only rounding differs: (pairs,)."""
    apart = candidate - control
    return np.where(np.abs(apart) > TIE * np.maximum(np.abs(candidate), np.abs(control)), apart, 0)


def win_share(candidate: np.ndarray, control: np.ndarray) -> float:
    """The share of pairs in which the candidate is higher; a tie counts half.

    Args:
        candidate: finite values, shape (pairs,).
        control: its partners, shape (pairs,).
    """
    apart = differences(candidate, control)
    return float(np.mean(apart > 0) + np.mean(apart == 0) / 2)


def wilcoxon_p(candidate: np.ndarray, control: np.ndarray) -> float:
    """The two-sided p of the signed-rank test on the pairs' differences.

    Pairs without a difference are dropped (Wilcoxon 1945); if none has one, p is 1.

    Args:
        candidate: finite values, shape (pairs,).
        control: its partners, shape (pairs,).
    """
    apart = differences(candidate, control)
    return float(wilcoxon(apart).pvalue) if apart.any() else 1.0
