"""How steep a loss is at the start, and so how large a step may be.

A chain on a loss of curvature h is stable below ε·(nβ·h + γ) = 4: at each step it keeps
1 − ε(nβh + γ)/2 of its way from the start. That is a quadratic; log(1 + L) bends away from it, and
its chains may stay finite beyond the limit, with an R-hat near 1 and a mean that is the step
size's: at 10, for linear f on a small model, twice that of chains with a tenth of the step.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from litmus.sampling.chains import Loss, Masks, noise
from litmus.sampling.sampler import Sampler
from litmus.sampling.sgld import Parameters
from litmus.seeds import stream

LIMIT = 4.0
"""Of `stiffness`: beyond it the noise grows from step to step."""


class Curvature(NamedTuple):
    """Of each loss in the stack at θ₀, float64 (directions, chains)."""

    value: Tensor
    """Largest eigenvalue of the Hessian, or what was found of it: rounding aside, never more."""
    residual: Tensor
    """‖Hw − value·w‖ at the last w: some eigenvalue lies within so much of the value."""


def top_curvature(
    loss: Loss,
    start: Parameters,
    directions: int,
    iterations: int,
    seed: int,
    *,
    chains: int = 1,
    masks: Masks | None = None,
    step: int = 0,
    rise: float = 1e-4,
    reach: float = 1e-3,
) -> Curvature:
    """Power iteration on the Hessian of each loss at `start`.

    H·w is the difference of gradients (∇L(θ₀ + δw) − ∇L(θ₀))/δ for a unit w: no second derivative
    is taken, which attention kernels lack. δ is such that the loss rises by some `rise`: log(1 + L)
    bends where L nears 1, and a δ too small drowns in rounding. At a minimum the eigenvalue of
    largest size is the largest. Every w starts from the same Gaussian draw, so a direction's result
    does not depend on its neighbours.

    Args:
        loss: as `chains.run` calls it, with each parameter as (directions·chains, *shape).
        start: θ₀ of what moves, each (*shape).
        directions: how many losses.
        iterations: a gradient each; ten or so find the eigenvalue to a few per cent.
        seed: of the first w.
        chains: how many of each the loss expects; their minibatches differ, so they are apart.
        masks: which elements move; the others have no part in the Hessian.
        step: what the loss is told, the same at each call.
        rise: of the loss at θ₀ + δw, about, in the loss's units.
        reach: δ at most, in units of ‖θ₀‖, or of 1 where that is zero.
    """
    stack, shapes = directions * chains, [value.shape for value in start.values()]
    device = next(iter(start.values())).device
    base = _flat([value.unsqueeze(0) for value in start.values()])
    free = torch.cat([_free(value, (masks or {}).get(name)) for name, value in start.items()])

    def gradient(offset: Tensor) -> Tensor:
        parts = (base + offset).split([shape.numel() for shape in shapes], dim=1)
        theta = {
            name: part.reshape(stack, *shape).requires_grad_()
            for name, part, shape in zip(start, parts, shapes, strict=True)
        }
        return _flat(torch.autograd.grad(loss(theta, step).sum(), list(theta.values()))) * free

    first = noise(start, chains, 0, stream(seed, "curvature"), device)
    w = _flat(list(first.values())).repeat(directions, 1) * free
    w = w / w.norm(dim=1, keepdim=True)
    still = gradient(torch.zeros_like(w))
    farthest = reach * (base.norm().item() or 1.0)
    delta = torch.full((stack, 1), farthest / 100, device=device)
    for _ in range(iterations):
        moved = (gradient(delta * w) - still) / delta
        value = (w * moved).double().sum(1)
        residual = (moved - value[:, None] * w).double().norm(dim=1)
        size = moved.norm(dim=1, keepdim=True)
        w = torch.where(size > 0, moved / size, w)
        delta = (2 * rise / size).sqrt().clamp(max=farthest)
    return Curvature(*(x.view(directions, chains).cpu() for x in (value, residual)))


def stiffness(sampler: Sampler, curvature: Tensor) -> Tensor:
    """ε·G·(nβ·h + γ) for curvatures h of any shape, G the largest the sampler may scale ε with.

    Chains are stable below LIMIT, and their step size raises the estimate by a share of
    1/(1 − stiffness/4) at most.
    """
    gain = sampler.learning_rate * sampler.largest_gain
    return gain * (sampler.n_beta * curvature + sampler.localization)


def _flat(parts: list[Tensor] | tuple[Tensor, ...]) -> Tensor:
    """Parameters (n, *shape) side by side: (n, all)."""
    return torch.cat([part.flatten(1) for part in parts], dim=1)


def _free(value: Tensor, mask: Tensor | None) -> Tensor:
    """1 for each element that moves, 0 for the others, flat."""
    return torch.ones_like(value).flatten() if mask is None else mask.to(value).flatten()
