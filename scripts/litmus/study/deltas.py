"""The δ of two measures against the same control: is one of them lower?"""

from typing import NamedTuple

import numpy as np

from litmus.separation.interval import Interval, widened


class Deltas(NamedTuple):
    """δ of two measures on the same directions, and their difference."""

    first: float
    second: float
    difference: float
    """The first's less the second's."""
    low: float
    high: float


def walks(values: np.ndarray, candidate: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """δ in each resample, (resamples,): ½(1 − max|P − Q|) of the two weighted distributions.

    Args:
        values: of both groups, finite, (n,).
        candidate: whether each is the candidate's, (n,).
        weights: how often each is drawn, (resamples, n).
    """
    order = np.argsort(values, kind="stable")
    sizes = [(weights * members).sum(1, keepdims=True) for members in (candidate, ~candidate)]
    steps = np.where(candidate, weights / sizes[0], -weights / sizes[1])[:, order]
    ends = np.flatnonzero(np.append(np.diff(values[order]) != 0, True))
    return 0.5 * (1 - np.abs(np.cumsum(steps, axis=1)[:, ends]).max(1))


def compare(
    first: np.ndarray,
    second: np.ndarray,
    candidate: np.ndarray,
    weights: np.ndarray,
    confidence: float,
) -> Deltas:
    """Both δ, and their difference with its reflected bootstrap interval.

    The same resamples of directions for both measures, so that what a resample does to both stays
    out of the difference. Reflected and never narrower than so many pairs allow, as δ's own
    interval is (`separation.resampling.bootstrap`); the two δ's biases are alike and nearly cancel.

    Args:
        first: of both groups' directions, finite, (n,).
        second: another measure of the same directions.
        candidate: whether each is the candidate's, (n,).
        weights: of resamples within the groups, (resamples, n).
        confidence: such as 0.95.
    """
    whole = np.ones((1, len(first)), np.int64)
    one, other = (float(walks(v, candidate, whole)[0]) for v in (first, second))
    drawn = walks(first, candidate, weights) - walks(second, candidate, weights)
    tail = (1 - confidence) / 2
    low, high = 2 * (one - other) - np.quantile(drawn, [1 - tail, tail])
    pairs = min(int(candidate.sum()), int((~candidate).sum()))
    limits = widened(Interval(float(low), float(high)), one - other, (-0.5, 0.5), pairs, confidence)
    return Deltas(one, other, one - other, *limits)
