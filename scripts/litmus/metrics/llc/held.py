"""What a chain holds in memory, measured, and so how many of them run at once."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from litmus.memory import SHARE, free
from litmus.metrics.llc.settings import LLC
from litmus.sampling.chains import Loss


class Chain(NamedTuple):
    """Bytes of one chain."""

    waiting: float
    """Its weights, and what else is its own from step to step."""
    running: float
    """On top of that while its wave runs: gradients, and all that the backward pass needs."""


class AtOnce(NamedTuple):
    """Directions whose chains exist, or run, at once."""

    stack: int
    wave: int


def measured(loss: Loss, moving: Mapping[str, Tensor], settings: LLC) -> Chain:
    """Run the loss once, and count what autograd keeps for its gradient.

    Args:
        loss: of one direction's chains.
        moving: θ₀ of the parameters that move.
        settings: of the chains.
    """
    chains = settings.chains
    theta = {
        name: value.expand(chains, *value.shape).clone().requires_grad_()
        for name, value in moving.items()
    }
    own = {value.untyped_storage().data_ptr() for value in theta.values()}
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        losses = loss(theta, 0)
    del losses  # until here, so that no storage was freed and counted twice
    weights = sum(value.nbytes for value in moving.values())
    copies = 1 + (settings.sampler == "rmsprop_sgld") + (settings.random_numbers != "shared")
    # Gradient, its product with the step and the distance; the backward pass needs about as much
    # again as it was left. The curvature's few copies exist when the chains are gone.
    return Chain(copies * weights, 3 * weights + 2 * sum(kept.values()) / chains)


def at_once(chain: Chain, settings: LLC, device: torch.device) -> AtOnce:
    """`settings.stack` and `wave` in directions, halved until they fit; at least one of each.

    Halves, rather than just what fits: how many run beside each other decides the last bits, and
    the memory that is free is never twice the same.
    """
    room, chains = SHARE * free(device), settings.chains
    stack, wave = max(1, settings.stack // chains), max(1, settings.wave // chains)
    wave = min(wave, stack)
    while wave > 1 and wave * chains * (chain.waiting + chain.running) > room:
        wave //= 2
    while stack > wave and chains * (stack * chain.waiting + wave * chain.running) > room:
        stack = max(wave, stack // 2)
    return AtOnce(stack, wave)
