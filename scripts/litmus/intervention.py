"""Change an activation so that a feature takes a given value, and nothing else is asked of it.

The activation moves along the flow of the feature's gradient, normal to its level sets,

    da/ds = ∇f(a) / ‖∇f(a)‖²,

along which f rises by one per unit of s, until f = target: the general intervention of the source
on feature-targeted learning coefficients. For a linear f it adds a multiple of its direction.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor


class Moved(NamedTuple):
    """Where the flow led."""

    activation: Tensor
    """Differentiable in the target, and in nothing else."""
    reached: Tensor
    """Whether f is there within the tolerance; bool, in the target's shape."""


def move(
    feature: Callable[[Tensor], Tensor],
    activation: Tensor,
    target: Tensor,
    steps: int = 8,
    tolerance: float = 1e-3,
) -> Moved:
    """Follow the normal flow in `steps` steps, each correcting the error of those before it.

    The last quarter of them only corrects, so that a bent f is met too. Where ∇f vanishes, as for
    a ReLU that is off, the flow stands still and the target is not reached. The gradient with
    respect to the target is that of the flow at its end, ∇f/‖∇f‖².

    Args:
        feature: f, (…, width) → (…), differentiable almost everywhere.
        activation: where the flow starts, (…, width).
        target: (…).
        steps: so many; a linear f needs one.
        tolerance: of |f − target|, relative to the change that was asked for; what the
            activation's last digits do to f comes on top.
    """
    start = activation.detach()
    with torch.no_grad():
        first = feature(start)
        asked = target.detach() - first
    place, ahead = start, steps - steps // 4
    for step in range(1, steps + 1):
        gradient, now = _gradient(feature, place)
        goal = target if step == steps else first + asked * min(step / ahead, 1)
        squared = gradient.square().sum(-1)
        rate = torch.where(squared > 0, 1 / squared.clamp_min(1e-30), 0)
        further = place + gradient * ((goal - now) * rate).unsqueeze(-1)
        place = further.detach() if step < steps else further
    with torch.no_grad():
        missed = (feature(place) - target).abs()
        digits = start.norm(dim=-1) * squared.sqrt() + target.abs()
        reached = missed <= tolerance * asked.abs() + 4 * torch.finfo(start.dtype).eps * digits
    return Moved(place, reached)


def _gradient(feature: Callable[[Tensor], Tensor], place: Tensor) -> tuple[Tensor, Tensor]:
    """∇f and f, (…, width) and (…), at constants."""
    with torch.enable_grad():
        leaf = place.detach().requires_grad_()
        values = feature(leaf)
        (gradient,) = torch.autograd.grad(values.sum(), leaf)
    return gradient, values.detach()
