"""The behavioral and the natural loss: what the feature's movement does to the output.

Below the hook the subject runs with θ, above it with θ₀, and between them the activation is that
of θ₀ moved until the feature has the value f(θ, x): only the feature's scalar carries θ upwards.

    behavioral: L = mean over sequences of Σ_t KL(M(θ₀) ‖ patched)_t
    natural:    L = mean over sequences of Σ_t the patched next-token loss less that of M(θ₀)

The natural loss may be negative.
"""

from typing import Literal

import torch
from torch import Tensor

from litmus.features import Features
from litmus.intervention import move
from litmus.metrics.llc.data import Minibatches
from litmus.metrics.llc.functional import FunctionalLoss
from litmus.stacked import Parameters, StackedLower
from litmus.upper import Base, Upper

Output = Literal["behavioral", "natural"]


class PatchedLoss(FunctionalLoss):
    """The loss of every direction's chains at once.

    Args:
        lower: the stacked lower half.
        upper: the upper half, at θ₀.
        batches: what each chain sees.
        features: one a direction.
        output: which of the two losses.
        flow_steps: of the intervention, where a feature is not linear.
    """

    def __init__(
        self,
        lower: StackedLower,
        upper: Upper,
        batches: Minibatches,
        features: Features,
        output: Output,
        flow_steps: int = 8,
    ) -> None:
        super().__init__(lower, batches, features)
        self.upper, self.output, self.flow_steps = upper, output, flow_steps
        self.asked = torch.zeros(len(features), dtype=torch.float64)
        self.missed = torch.zeros(len(features), dtype=torch.float64)

    def __call__(self, parameters: Parameters, step: int) -> Tensor:
        """Loss of each chain, the chains of a direction beside each other: (directions·chains,)."""
        rows = self.batches.rows(step)
        before, after = self.values(parameters, rows)
        data = self.batches.data
        base, patched = data.base[rows], self._patched(data.base[rows], before, after)
        tokens = data.tokens[rows]
        if len(rows) == 1:  # one unpatched run for all directions
            losses = self._losses(patched.flatten(1, 2), base[0].flatten(0, 1), tokens[0])
        else:
            pieces = zip(patched, base, tokens, strict=True)
            losses = torch.cat(
                [self._losses(p.flatten(0, 1)[None], b.flatten(0, 1), t) for p, b, t in pieces]
            )
        losses = losses.view(*after.shape[:3], -1)
        return self.batches.settings.reduced(losses).flatten()

    def unreached(self) -> Tensor:
        """Share of the tokens whose feature moved that the intervention missed: (directions,)."""
        return self.missed / self.asked.clamp_min(1)

    def _losses(self, patched: Tensor, base: Tensor, tokens: Tensor) -> Tensor:
        with torch.no_grad():
            unpatched: Base = self.upper.base(base)
        if self.output == "behavioral":
            return self.upper.divergence(patched, unpatched)
        return self.upper.rise(patched, unpatched, tokens.flatten(0, 1))

    def _patched(self, base: Tensor, before: Tensor, after: Tensor) -> Tensor:
        """Activations (directions, chains, batch, position, width) whose feature is `after`."""
        vectors = self.features.vectors
        if self.features.linear:
            scale = vectors.square().sum(1).view(-1, 1, 1, 1)
            return base + ((after - before) / scale).unsqueeze(-1) * vectors.view(
                -1, 1, 1, 1, vectors.shape[1]
            )

        def feature(activation: Tensor) -> Tensor:
            return self.features.of(torch.einsum("dcbsw,dw->dcbs", activation, vectors))

        moved, reached = move(feature, base.expand(*after.shape, -1), after, self.flow_steps)
        changed = after.detach() != before
        self.asked += changed.sum((1, 2, 3)).cpu()
        self.missed += (changed & ~reached).sum((1, 2, 3)).cpu()
        return moved
