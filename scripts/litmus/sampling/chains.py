"""Run chains for many directions at once and keep their traces."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from litmus.sampling.sgld import SGLD, Parameters
from litmus.seeds import stream

# (parameters with a leading stack axis of directions × chains, step) → the loss of each, (stack,).
Loss = Callable[[Parameters, int], Tensor]


class Traces(NamedTuple):
    """What the chains did; entry [d, c, s] is before the update of step s."""

    loss: Tensor
    """(directions, chains, steps), float64."""
    distance: Tensor
    """‖θ − θ₀‖, (directions, chains, steps), float64."""


def run(
    loss: Loss,
    start: Parameters,
    sampler: SGLD,
    directions: int,
    chains: int,
    steps: int,
    seed: int,
    after_step: Callable[[], None] = lambda: None,
) -> Traces:
    """Sample `chains` chains for each of `directions` losses that share their parameters' shape.

    Every chain starts at `start`. The noise of a chain and step is drawn once and shared by all
    directions: the traces of a direction do not depend on its neighbours, and two directions
    differ by what they are, not by their luck. A chain that diverges touches no other.

    Args:
        loss: called once a step with each parameter as (directions·chains, *shape), the chains
            of a direction beside each other.
        start: θ₀, each (*shape).
        sampler: the update.
        directions: how many losses.
        chains: trajectories for each.
        steps: of each trajectory.
        seed: of the noise.
        after_step: called after every step, for progress.
    """
    stack = (directions, chains)
    theta = {name: value.expand(*stack, *value.shape).clone() for name, value in start.items()}
    flat = {name: value.flatten(0, 1).requires_grad_() for name, value in theta.items()}
    device = next(iter(start.values())).device
    traces = Traces(*(torch.empty(*stack, steps, dtype=torch.float64) for _ in range(2)))
    for step in range(steps):
        losses = loss(flat, step)
        gradients = torch.autograd.grad(losses.sum(), list(flat.values()))
        traces.loss[..., step] = losses.detach().view(stack).double().cpu()
        traces.distance[..., step] = distance(theta, start).cpu()
        sampler.update(
            theta,
            start,
            {name: g.view(theta[name].shape) for name, g in zip(theta, gradients, strict=True)},
            noise(start, chains, step, seed, device),
        )
        after_step()
    return traces


def noise(start: Parameters, chains: int, step: int, seed: int, device: torch.device) -> Parameters:
    """Standard normal noise of each chain at `step`: each (chains, *shape).

    Drawn on the CPU from a stream per chain and step, so that it is the same on every device and
    does not depend on how many chains there are.
    """
    sizes = [value.numel() for value in start.values()]
    rows = []
    for chain in range(chains):
        generator = torch.Generator().manual_seed(stream(seed, "noise", chain, step))
        rows.append(torch.randn(sum(sizes), generator=generator))
    parts = torch.stack(rows).to(device).split(sizes, dim=1)
    return {
        name: part.view(chains, *value.shape)
        for (name, value), part in zip(start.items(), parts, strict=True)
    }


@torch.no_grad()
def distance(theta: Parameters, start: Parameters) -> Tensor:
    """‖θ − θ₀‖ over all parameters: (directions, chains), float64."""
    # A norm a parameter and no squares in between: five times faster than summing in float64.
    norms = [
        torch.linalg.vector_norm((theta[name] - start[name]).flatten(2), dim=2) for name in start
    ]
    return torch.stack(norms).double().square().sum(0).sqrt()
