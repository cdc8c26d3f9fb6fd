"""The functional loss: how far the feature itself moves.

L(θ) = mean over sequences of Σ_t (f(θ, x)_t − f(θ₀, x)_t)²
"""

import torch
from torch import Tensor

from litmus.features import Features
from litmus.metrics.llc.data import Minibatches
from litmus.stacked import Parameters, StackedLower


class FunctionalLoss:
    """The loss of every direction's chains at once.

    Args:
        lower: the stacked lower half.
        batches: what each chain sees.
        features: one a direction.
    """

    def __init__(self, lower: StackedLower, batches: Minibatches, features: Features) -> None:
        self.lower, self.batches, self.features = lower, batches, features

    def __call__(self, parameters: Parameters, step: int) -> Tensor:
        """Loss of each chain, the chains of a direction beside each other: (directions·chains,)."""
        before, after = self.values(parameters, self.batches.rows(step))
        return self.batches.settings.reduced((after - before).square()).flatten()

    def unreached(self) -> Tensor:
        """Share of the tokens whose feature could not be moved as asked: none is asked here."""
        return torch.zeros(len(self.features), dtype=torch.float64)

    def values(self, parameters: Parameters, rows: Tensor) -> tuple[Tensor, Tensor]:
        """f(θ₀) and f(θ) on the minibatches `rows`: each (directions, chains, batch, position)."""
        features, data = self.features, self.batches.data
        directions, chains = len(features), rows.shape[1]
        tokens = data.tokens[rows].expand(directions, -1, -1, -1).flatten(0, 1)
        projections = self.lower.projections(
            parameters, tokens, features.vectors.repeat_interleave(chains, dim=0)
        ).view(directions, chains, *tokens.shape[1:])
        base = data.base[rows].expand(directions, -1, -1, -1, -1)
        still = (base.flatten(1, 3) @ features.vectors.unsqueeze(-1)).view(projections.shape)
        return features.of(still), features.of(projections)
