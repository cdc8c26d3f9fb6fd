"""Stochastic gradient Langevin dynamics around a point, on many chains at once.

    θ ← θ − (ε/2)·(nβ·∇L(θ) + γ·(θ − θ₀)) + √ε·ξ,   ξ ~ N(0, 1)

Welling & Teh (2011), with the localisation of Lau et al. (arXiv 2308.12108, eq. 13). At step size
→ 0 it draws from the density ∝ exp(−nβ·L(θ) − γ/2·‖θ − θ₀‖²).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

Parameters = dict[str, Tensor]

CACHE = 2**18  # numbers of each tensor in a piece: some of them stay in a core's cache together


def pieces(*tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Views of some directions at a time of tensors (directions, …) of one shape.

    What is done to a piece finds it in the cache from the second pass on. A GPU has no use for
    pieces, and gets all at once.
    """
    first = tensors[0]
    each = max(1, CACHE * len(first) // max(1, first.numel())) if first.is_cpu else len(first)
    return zip(*(tensor.split(each) for tensor in tensors), strict=True)


@dataclass(frozen=True)
class SGLD:
    """The settings of a chain."""

    learning_rate: float
    """ε, the step size."""
    n_beta: float
    """nβ, the inverse temperature."""
    localization: float
    """γ, the pull towards the start."""

    @property
    def largest_gain(self) -> float:
        """What the step size is multiplied with at most: nothing scales it."""
        return 1.0

    def begin(self, parameters: Parameters) -> None:
        """A chain remembers nothing but where it is."""

    @torch.no_grad()
    def update(
        self,
        parameters: Parameters,
        start: Parameters,
        gradients: Parameters,
        noise: Parameters,
        state: None = None,
    ) -> None:
        """One step, in place, a direction's parameters in the processor's cache at a time.

        Args:
            parameters: each (directions, chains, *shape), altered.
            start: θ₀, each (*shape).
            gradients: of the loss, each (directions, chains, *shape).
            noise: standard normal, each (chains, *shape) where all directions share it, or
                (directions, chains, *shape).
            state: what `begin` returned.
        """
        keep = 1 - self.learning_rate * self.localization / 2
        drift = -self.learning_rate * self.n_beta / 2
        for name, theta in parameters.items():
            # What the directions share is added up once, at the size of one.
            common = torch.add(start[name] * (1 - keep), noise[name], alpha=self.learning_rate**0.5)
            for at, shared, down in pieces(theta, common.expand_as(theta), gradients[name]):
                torch.add(shared, at, alpha=keep, out=at).add_(down, alpha=drift)
