"""Directions → plateau sizes and their companions, averaged over many base activations.

A line leaves each base along each direction, with both signs. Some never pass the threshold within
the range: their size is censored there. All are censored at the same limit, so that the mean of
min(size, limit), the restricted mean of survival analysis (Irwin 1949), is an unbiased estimate of
a quantity that needs nothing from beyond the range. A direction none of whose lines passes has the
status `censored`: its value is the limit, and tells no more than that.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from litmus.last_position import Bases, LastPosition
from litmus.metrics.plateau import curves
from litmus.metrics.plateau.geometry import SCALES, Mode, lines
from litmus.metrics.plateau.scan import Grid, Profile, profile
from litmus.metrics.scores import Scores

What = Literal[
    "size", "reached", "kl", "l2", "cosine", "area", "max_slope", "max_slope_at", "departure"
]
# Mode, what is measured, and at which distance (in the mode's unit) where it is at one.
Variant = tuple[Mode, What, float | None]


@dataclass(frozen=True)
class Plateau:
    """How lines are looked at: keys of the config's `metrics.plateau` block."""

    threshold: float
    steps: int
    tolerance: float


@torch.no_grad()
def measure(
    subject: LastPosition,
    bases: Bases,
    vectors: Tensor,
    variants: Mapping[str, Variant],
    settings: Plateau,
    after: Callable[[int], None] = lambda directions: None,
) -> dict[str, Scores]:
    """The metrics that `variants` name, of every direction.

    Args:
        subject: the upper half.
        bases: base activations.
        vectors: directions (n, width).
        variants: metric → what it is.
        settings: of scan and threshold.
        after: called with the number of directions done in one mode.
    """
    found: dict[str, tuple[list[Tensor], list[Tensor]]] = {m: ([], []) for m in variants}
    for mode in SCALES:
        asked = {m: v for m, v in variants.items() if v[0] == mode}
        limit = SCALES[mode].limit
        places = tuple({v[2] / limit for v in asked.values() if v[2] is not None})
        grid = Grid.of(settings.steps, settings.tolerance, places)
        size = max(1, subject.budget // (2 * len(bases) * len(grid.share)))
        for some in vectors.split(size) if asked else ():
            both = torch.stack([some, -some], 1).flatten(0, 1)
            seen = profile(
                subject,
                bases,
                lines(bases.activation, both.unsqueeze(0), mode),
                grid,
                settings.threshold,
            )
            for metric, (_, what, at) in asked.items():
                value, passed = _line_by_line(seen, grid.share.to(vectors), what, at, limit)
                # (bases, directions · signs) → (bases, directions)
                found[metric][0].append(value.unflatten(1, (-1, 2)).double().mean(-1))
                found[metric][1].append(passed.unflatten(1, (-1, 2)).any(-1).any(0))
            after(len(some))
    return {
        metric: _summary(torch.cat(values, 1).cpu().numpy(), torch.cat(passed).cpu().numpy())
        for metric, (values, passed) in found.items()
    }


def _line_by_line(
    seen: Profile, share: Tensor, what: What, at: float | None, limit: float
) -> tuple[Tensor, Tensor]:
    """One number a line, and whether it was found within the range: (bases, n) each."""
    yes = torch.ones_like(seen.reached)
    if what == "size":
        return limit * seen.size, seen.reached
    if what == "reached":
        return seen.reached.to(seen.size), yes
    if what in ("kl", "l2", "cosine"):
        return curves.at(share, getattr(seen.effect, what), (at or 0) / limit), yes
    if what == "area":
        return curves.area(share, seen.effect.kl), yes
    if what == "departure":
        place, departs = curves.departure(share, seen.effect.l2)
        return limit * place, departs
    slope, place = curves.steepest(share, seen.effect.kl)
    return (limit * place if what == "max_slope_at" else slope / limit), yes


def _summary(values: np.ndarray, passed: Sequence[bool]) -> Scores:
    """Mean over bases (bases, n) with its standard error; censored where no line passed."""
    value = values.mean(0)
    error = values.std(0, ddof=1) / np.sqrt(len(values))
    status = np.where(np.isfinite(value), np.where(passed, "ok", "censored"), "dead")
    return Scores(value, error, status.tolist())
