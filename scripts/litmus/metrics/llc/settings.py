"""What a learning coefficient's chains need to know."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor


@dataclass(frozen=True)
class LLC:
    """The keys of a `metrics.llc_…` block that decide loss and chains."""

    reduction: Literal["sum", "mean"]
    robust: bool
    sampler: Literal["sgld", "rmsprop_sgld"]
    learning_rate: float
    n_beta: float
    localization: float
    chains: int
    steps: int
    burn_in: int
    draw_every: int
    batch_size: int
    random_numbers: Literal["shared", "per_direction"]
    stack: int
    wave: int
    max_rhat: float
    min_ess: float
    max_drift: float
    max_unreached: float = 1.0

    def reduced(self, losses: Tensor) -> Tensor:
        """Losses (…, batch, position) to one each, (…): over tokens, then sequences, then log.

        The log keeps the sign, for the natural loss may be negative, and its slope of 1 at zero.
        """
        of_sequences = losses.sum(-1) if self.reduction == "sum" else losses.mean(-1)
        loss = of_sequences.mean(-1)
        if not self.robust:
            return loss
        # In two parts: sign(L)·log(1 + |L|) has no slope for autograd where L is exactly zero.
        return torch.where(loss < 0, -(-loss.clamp_max(0)).log1p(), loss.clamp_min(0).log1p())
