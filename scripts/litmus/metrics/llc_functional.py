"""Functional FT-LLC: how freely the weights below the hook move at a fixed feature.

    L(θ) = mean over sequences of Σ_t (f(θ, x)_t − f(θ₀, x)_t)²,   λ̂ = nβ · E[log(1 + L(θ))]

over the draws of SGLD around the trained θ₀, where L is zero. The feature-targeted local learning
coefficient, functional variant; the estimator is that of Lau et al. (arXiv 2308.12108, eq. 11),
with the robust loss log(1 + L) in place of L, which agrees with it to leading order near θ₀.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from litmus import feature
from litmus.errors import LitmusError
from litmus.metrics.scores import Scores
from litmus.sampling import chains
from litmus.sampling.diagnostics import judge
from litmus.sampling.sgld import SGLD
from litmus.seeds import generator
from litmus.stacked import Parameters, StackedLower


@dataclass(frozen=True)
class LLC:
    """The keys of the config's `metrics.llc_functional` block."""

    threshold: float
    nonlinearity: feature.Nonlinearity
    reduction: Literal["sum", "mean"]
    robust: bool
    learning_rate: float
    n_beta: float
    localization: float
    chains: int
    steps: int
    burn_in: int
    batch_size: int
    max_rhat: float
    stack: int


class FunctionalLoss:
    """The loss of every direction's chains at once; minibatches are shared by all directions.

    Args:
        lower: the stacked lower half.
        tokens: int64 (sequences, context), what minibatches are drawn from.
        base: activations at θ₀, (sequences, context, width).
        vectors: unit vectors (directions, width).
        thresholds: kσ of each, (directions,).
        settings: chains, batch size, nonlinearity, reduction, robust.
        seed: of the minibatches, drawn from a stream per chain and step.
    """

    def __init__(
        self,
        lower: StackedLower,
        tokens: Tensor,
        base: Tensor,
        vectors: Tensor,
        thresholds: Tensor,
        settings: LLC,
        seed: int,
    ) -> None:
        self.lower, self.tokens, self.base, self.settings = lower, tokens, base, settings
        self.vectors = vectors
        self.thresholds = thresholds.view(-1, 1, 1, 1)
        self.seed = seed

    def rows(self, step: int) -> Tensor:
        """The minibatch of each chain: sequence numbers (chains, batch)."""
        drawn = [
            generator(self.seed, "batch", chain, step).choice(
                len(self.tokens), self.settings.batch_size, replace=False
            )
            for chain in range(self.settings.chains)
        ]
        return torch.from_numpy(np.stack(drawn)).to(self.tokens.device)

    def __call__(self, parameters: Parameters, step: int) -> Tensor:
        """Loss of each chain, the chains of a direction beside each other: (directions·chains,)."""
        rows = self.rows(step)
        directions, chain_count = len(self.vectors), len(rows)
        stack = directions * chain_count
        tokens = (
            self.tokens[rows].expand(directions, -1, -1, -1).reshape(stack, *rows.shape[1:], -1)
        )
        moved = self.lower.projections(
            parameters, tokens, self.vectors.repeat_interleave(chain_count, dim=0)
        ).view(directions, chain_count, *tokens.shape[1:])
        still = torch.einsum("cbsw,dw->dcbs", self.base[rows], self.vectors)
        nonlinearity = self.settings.nonlinearity
        change = feature.value(moved, self.thresholds, nonlinearity) - feature.value(
            still, self.thresholds, nonlinearity
        )
        squares = change.square()
        per_sequence = squares.sum(-1) if self.settings.reduction == "sum" else squares.mean(-1)
        loss = per_sequence.mean(-1).flatten()
        return loss.log1p() if self.settings.robust else loss


def score(
    lower: StackedLower,
    start: Parameters,
    tokens: Tensor,
    vectors: Tensor,
    std: Tensor,
    settings: LLC,
    seed: int,
    after_step: Callable[[], None] = lambda: None,
) -> tuple[Scores, chains.Traces]:
    """λ̂ of each direction, and the traces of its chains.

    `settings.stack` chains run at once; a direction's result does not depend on which others run
    beside it. Status: `dead` where f(θ₀, ·) is zero on all data, `diverged` where a chain is not
    finite (no value), `not_converged` above `max_rhat`.

    Args:
        lower: the stacked lower half.
        start: θ₀, packed.
        tokens: int64 (sequences, context).
        vectors: unit vectors (directions, width).
        std: σ of each projection, (directions,).
        settings: of feature, loss and sampler.
        seed: of noise and minibatches.
        after_step: called after every step of every block of directions.

    Raises:
        LitmusError: a minibatch is larger than the data.
    """
    if settings.batch_size > len(tokens):
        raise LitmusError(
            f"metrics.llc_functional.batch_size: found {settings.batch_size}, but there are only "
            f"{len(tokens)} evaluation sequences to draw from; lower it, or add text"
        )
    base = base_activations(lower, start, tokens)
    thresholds = settings.threshold * std
    sampler = SGLD(settings.learning_rate, settings.n_beta, settings.localization)
    parts = []
    for chosen in torch.arange(len(vectors)).split(max(1, settings.stack // settings.chains)):
        loss = FunctionalLoss(
            lower, tokens, base, vectors[chosen], thresholds[chosen], settings, seed
        )
        parts.append(
            chains.run(
                loss, start, sampler, len(chosen), settings.chains, settings.steps, seed, after_step
            )
        )
    traces = chains.Traces(*(torch.cat(column) for column in zip(*parts, strict=True)))
    draws = traces.loss[..., settings.burn_in :].numpy()
    health = [judge(of_direction, settings.max_rhat) for of_direction in draws]
    dead = silent(base, vectors, thresholds, settings.nonlinearity)
    return (
        Scores(
            settings.n_beta * np.array([h.mean for h in health]),
            settings.n_beta * np.array([h.standard_error for h in health]),
            ["dead" if d else h.status for d, h in zip(dead, health, strict=True)],
        ),
        traces,
    )


@torch.no_grad()
def base_activations(lower: StackedLower, start: Parameters, tokens: Tensor) -> Tensor:
    """Activations at θ₀ of all sequences: (sequences, context, width)."""
    alone = {name: value.unsqueeze(0) for name, value in start.items()}
    return torch.cat([lower.activations(alone, part[None])[0] for part in tokens.split(256)])


def silent(
    base: Tensor, vectors: Tensor, thresholds: Tensor, nonlinearity: feature.Nonlinearity
) -> list[bool]:
    """Whether each direction's f(θ₀, ·) is zero on every token."""
    fires = torch.zeros(len(vectors), dtype=torch.bool, device=vectors.device)
    for part in base.split(256):
        f = feature.value(part @ vectors.T, thresholds, nonlinearity)
        fires |= (f != 0).flatten(0, 1).any(0)
    return (~fires).tolist()
