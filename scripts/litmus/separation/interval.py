"""Confidence intervals, and the least width that a small sample allows them."""

from typing import NamedTuple


class Interval(NamedTuple):
    """The two ends of a confidence interval."""

    low: float
    high: float


def widened(
    interval: Interval,
    estimate: float,
    bounds: tuple[float, float],
    pairs: int,
    confidence: float,
) -> Interval:
    """`interval`, stretched where it claims more than `pairs` independent pairs can tell.

    Where groups lie (almost) apart, or all values are equal, the values hardly vary, and an
    interval made from their variance shrinks to no width. But if a share u of all pairs behaved
    unlike any seen, none of them need have shown itself: u = 1 − ((1 − confidence)/2)^(1/pairs).
    They could move the estimate by u of its way to either bound, so the interval reaches at least
    so far. For 96 pairs u is .038, which seldom matters elsewhere. The use of u here is ours.

    Source of u: Clopper and Pearson 1934 (the exact limit for 0 of `pairs`); Hanley and
    Lippman-Hand 1983 (its approximation, the "rule of three").

    Args:
        interval: from a variance or a bootstrap.
        estimate: what it is the interval of.
        bounds: the least and the most that the quantity can be.
        pairs: independent pairs seen, that is, the size of the smaller group.
        confidence: such as 0.95.
    """
    unseen = 1 - ((1 - confidence) / 2) ** (1 / pairs)
    lowest, highest = bounds
    return Interval(
        min(interval.low, estimate - unseen * (estimate - lowest)),
        max(interval.high, estimate + unseen * (highest - estimate)),
    )
