"""The effect along lines, and the first place on each where the divergence passes a threshold.

A coarse scan of the whole range, then bisection between the first step above the threshold and
the one before it. What rises above the threshold and falls again between two steps is not seen.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from litmus.last_position import Bases, Effect, LastPosition
from litmus.metrics.plateau.geometry import Lines


class Grid(NamedTuple):
    """Where lines are looked at, in shares of the range."""

    share: Tensor
    """Ascending in (0, 1], the last being 1: (steps,)."""
    tolerance: float
    """Of the place found."""

    @classmethod
    def of(cls, steps: int, tolerance: float, extra: tuple[float, ...] = ()) -> "Grid":
        """`steps` equal steps, and the places in `extra`."""
        places = {round(place, 9) for place in (*(i / steps for i in range(1, steps + 1)), *extra)}
        return cls(torch.tensor(sorted(places), dtype=torch.float64), tolerance)


class Profile(NamedTuple):
    """What was seen along each line."""

    effect: Effect
    """At every step, (bases, n, steps)."""
    size: Tensor
    """Share of the range at which the threshold is passed; 1 where it is not: (bases, n)."""
    reached: Tensor
    """Whether it is passed within the range: bool (bases, n)."""


def profile(
    subject: LastPosition, bases: Bases, lines: Lines, grid: Grid, threshold: float
) -> Profile:
    """Scan every line, then bisect where the threshold (nats of KL) is first passed."""
    count, n = lines.reach.shape[:2]
    share = grid.share.to(lines.reach)

    def effect(at: Tensor) -> Effect:
        """At shares that broadcast to (bases, n, steps), a few lines at a time."""
        steps = at.shape[-1]
        at = at.expand(count, n, steps)
        size = max(1, subject.budget // (steps * count))
        parts = []
        for start in range(0, n, size):
            some = slice(start, start + size)
            points = lines._replace(reach=lines.reach[:, some]).points(at[:, some])
            seen = subject.effect(points.flatten(1, 2), bases)
            parts.append(torch.stack(seen).unflatten(2, (-1, steps)))
        return Effect(*torch.cat(parts, 2))

    scanned = effect(share.view(1, 1, -1))
    above = scanned.kl > threshold
    reached = above.any(-1)
    first = above.to(torch.uint8).argmax(-1)
    edges = torch.cat([share.new_zeros(1), share])
    size = bisected(
        lambda at: effect(at.unsqueeze(-1)).kl.squeeze(-1) > threshold,
        edges[first],
        edges[first + 1],
        grid.tolerance,
    )
    return Profile(scanned, torch.where(reached, size, 1.0), reached)


def bisected(
    above: Callable[[Tensor], Tensor], low: Tensor, high: Tensor, tolerance: float
) -> Tensor:
    """The middle of a bracket at most `tolerance` wide, below at its low end, above at its high.

    Args:
        above: which of some places, in the brackets' shape, lie above the threshold.
        low: lower ends.
        high: upper ends.
        tolerance: width at which to stop.
    """
    widest = float((high - low).max())
    for _ in range(max(0, math.ceil(math.log2(widest / tolerance)))):
        middle = (low + high) / 2
        is_above = above(middle)
        low, high = torch.where(is_above, low, middle), torch.where(is_above, middle, high)
    return (low + high) / 2
