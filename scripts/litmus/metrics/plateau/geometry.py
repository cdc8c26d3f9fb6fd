"""The two ways of leaving a base activation: in a straight line, or along the sphere of its norm.

Both are lines in the plane of two vectors of one length, the base b and a reach r:

    straight:  b + α·r               r = ‖b‖·d/‖d‖,  α from 0 to 1
    sphere:    cos θ·b + sin θ·r     r = ‖b‖·w/‖w‖,  w = d − ⟨d, b⟩b/‖b‖²,  θ from 0° to 180°

The second is slerp: it keeps the norm, θ is the angle with the base, and d names no more than the
meridian on which to go all the way to the antipode.
"""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

from litmus.errors import LitmusError

Mode = Literal["straight", "sphere"]
# Share of a direction that must stand across the base, for it to name a meridian in float32.
LEAST = 1e-4


class Scale(NamedTuple):
    """How far a mode goes, and in which unit."""

    limit: float
    unit: str


SCALES: dict[Mode, Scale] = {
    "straight": Scale(1.0, "norms of the base"),
    "sphere": Scale(180.0, "degrees"),
}


class Lines(NamedTuple):
    """Lines that leave base activations, n from each."""

    base: Tensor
    """(bases, width)."""
    reach: Tensor
    """(bases, n, width)."""
    mode: Mode

    def points(self, share: Tensor) -> Tensor:
        """The points at shares of the mode's range.

        Args:
            share: in [0, 1], (bases, n, steps), or a shape that broadcasts to it.

        Returns:
            (bases, n, steps, width).
        """
        if self.mode == "straight":
            onwards, kept = share, torch.ones_like(share)
        else:
            onwards, kept = torch.sin(torch.pi * share), torch.cos(torch.pi * share)
        base = self.base[:, None, None]
        return kept[..., None] * base + onwards[..., None] * self.reach.unsqueeze(2)


def lines(base: Tensor, direction: Tensor, mode: Mode) -> Lines:
    """Lines from each base along each direction.

    Args:
        base: (bases, width).
        direction: of any length, (bases, n, width) or (1, n, width) for all bases alike.
        mode: straight or sphere.

    Raises:
        LitmusError: a direction is zero, or on the sphere parallel to the base.
    """
    norm = base.norm(dim=-1)[:, None, None]
    given = direction / direction.norm(dim=-1, keepdim=True)
    if mode == "sphere":
        start = (base / base.norm(dim=-1, keepdim=True)).unsqueeze(1)
        across = given - (given * start).sum(-1, keepdim=True) * start
        # Twice, so that it is across to float32's precision also where d is nearly parallel.
        across = across - (across * start).sum(-1, keepdim=True) * start
        size = across.norm(dim=-1, keepdim=True)
        given = torch.where(size > LEAST, across / size, torch.nan)
    if not torch.isfinite(given).all():
        raise LitmusError(
            "plateau: found a direction that is zero, not finite, or parallel to a base "
            "activation, along which nothing can be moved; leave it out"
        )
    return Lines(base, norm * given.expand(len(base), -1, -1), mode)
