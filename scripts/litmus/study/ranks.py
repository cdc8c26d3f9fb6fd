"""Spearman's correlation over all directions, within groups and between them, resampled.

Over weights: how often each direction is drawn in a resample, ones for the sample itself.
"""

from typing import Literal

import numpy as np

# all: over all directions at once · within: what of it is left once each group's mean rank is taken
# away · between: of the groups' mean ranks. Covariances of ranks within and between add up to that
# of all.
Scope = Literal["all", "within", "between"]
SCOPES: tuple[Scope, ...] = ("all", "within", "between")


def resampled(groups: np.ndarray, resamples: int, generator: np.random.Generator) -> np.ndarray:
    """How often each direction is drawn in bootstrap resamples: int64 (resamples, n).

    Drawn within each group, for the groups' sizes are no result.

    Args:
        groups: of each direction, (n,).
        resamples: how many.
        generator: the stream that draws them.
    """
    drawn = np.empty((resamples, len(groups)), np.int64)
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        shares = np.full(len(members), 1 / len(members))
        drawn[:, members] = generator.multinomial(len(members), shares, resamples)
    return drawn


def midranks(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The rank of each direction in each resample, ties halved: float64 (resamples, n).

    Of those that are not drawn, the rank they would share with none.

    Args:
        values: finite, (n,).
        weights: (resamples, n).
    """
    distinct, place = np.unique(values, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(len(distinct)))
    drawn = np.add.reduceat(weights[:, order], starts, axis=1)
    return (np.cumsum(drawn, axis=1) - (drawn - 1) / 2)[:, place]


def correlation(
    x: np.ndarray, y: np.ndarray, weights: np.ndarray, groups: np.ndarray, scope: Scope
) -> np.ndarray:
    """Pearson's correlation of ranks: (resamples,); NaN where one of them does not vary.

    Args:
        x: ranks (resamples, n).
        y: others.
        weights: (resamples, n).
        groups: of each direction, (n,).
        scope: over what.
    """
    if scope == "between":
        x, y = _means(x, weights, groups), _means(y, weights, groups)
    elif scope == "within":
        x, y = x - _means(x, weights, groups), y - _means(y, weights, groups)
    total = weights.sum(1, keepdims=True)
    x = x - (weights * x).sum(1, keepdims=True) / total
    y = y - (weights * y).sum(1, keepdims=True) / total
    xy, xx, yy = ((weights * a * b).sum(1) for a, b in ((x, y), (x, x), (y, y)))
    # Rounding leaves some 1e-16 of the total where nothing varies.
    least = 1e-12 * total[:, 0] ** 3
    varies = (xx > least) & (yy > least)
    return np.divide(xy, np.sqrt(xx * yy), out=np.full(len(xy), np.nan), where=varies)


def _means(ranks: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The mean rank of each direction's group, at each direction."""
    names, place = np.unique(groups, return_inverse=True)
    member = (place[:, None] == np.arange(len(names))).astype(float)
    return ((weights * ranks) @ member / (weights @ member))[:, place]
