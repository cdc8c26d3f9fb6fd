"""How far a feature's value moves when every weight below the hook gets Gaussian noise.

    S(σ) = E_ξ mean over sequences of Σ_t (f(θ₀ + σξ, x)_t − f(θ₀, x)_t)²,   ξ ~ N(0, 1)

The mean of the functional LLC's loss under the localising prior alone: for γ ≫ nβ·h, SGLD's λ̂ is
nβ times it at σ = 1/√γ. A perturbed forward pass serves every direction at once, so a thousand
directions cost little more than one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from litmus import feature
from litmus.metrics.scores import Scores, checked
from litmus.seeds import generator, stream
from litmus.stacked import Parameters, StackedLower


@dataclass(frozen=True)
class Sensitivity:
    """The keys of the config's `metrics.weight_sensitivity` block."""

    threshold: float
    nonlinearity: feature.Nonlinearity
    reduction: Literal["sum", "mean"]
    scales: Sequence[float]
    draws: int
    sequences: int
    batch_size: int


def noise(start: Parameters, draw: int, seed: int) -> Parameters:
    """Standard normal noise for every parameter, from a stream of its own; on the CPU."""
    source = torch.Generator().manual_seed(stream(seed, "weight noise", draw))
    return {name: torch.randn(value.shape, generator=source) for name, value in start.items()}


def sample(tokens: np.ndarray, count: int, seed: int) -> np.ndarray:
    """At most `count` of the sequences (n, context), drawn without replacement."""
    order = generator(seed, "sensitivity sequences").permutation(len(tokens))
    return tokens[np.sort(order[:count])]


@torch.no_grad()
def changes(
    lower: StackedLower,
    start: Parameters,
    tokens: Tensor,
    vectors: Tensor,
    std: Tensor,
    settings: Sensitivity,
    seed: int,
    after_draw: Callable[[], None] = lambda: None,
) -> tuple[np.ndarray, np.ndarray]:
    """Squared changes of every direction's feature, and whether it ever fires at θ₀.

    Args:
        lower: the stacked lower half.
        start: θ₀, packed.
        tokens: int64 (sequences, context).
        vectors: unit vectors (directions, width).
        std: σ of each projection, (directions,).
        settings: of feature and noise.
        seed: of the noise.
        after_draw: called after every draw of the noise.

    Returns:
        float64 (scales, draws, sequences, directions); bool (directions,).
    """
    # In float64, for a small difference of two projections keeps few of float32's digits, and which
    # ones would depend on how many directions are projected at once.
    thresholds, columns = settings.threshold * std.double(), vectors.T.double()
    parts = tokens.split(settings.batch_size)

    def features(parameters: Parameters, part: Tensor) -> Tensor:
        """f of all directions under a stack of parameters: (stack, batch, position, directions)."""
        stack = next(iter(parameters.values())).shape[0]
        activations = lower.activations(parameters, part.expand(stack, -1, -1))
        return feature.value(activations.double() @ columns, thresholds, settings.nonlinearity)

    alone = {name: value.unsqueeze(0) for name, value in start.items()}
    still = [features(alone, part) for part in parts]
    scales = torch.tensor(settings.scales, device=tokens.device)
    measured = []
    for draw in range(settings.draws):
        xi = noise(start, draw, seed)
        moved = {
            name: value + scales.view(-1, *[1] * value.ndim) * xi[name].to(value.device)
            for name, value in start.items()
        }
        squares = [
            (features(moved, part) - before).square()
            for part, before in zip(parts, still, strict=True)
        ]
        reduced = [s.sum(2) if settings.reduction == "sum" else s.mean(2) for s in squares]
        measured.append(torch.cat(reduced, dim=1).cpu())
        after_draw()
    fires = torch.stack([(f != 0).flatten(0, 2).any(0) for f in still]).any(0)
    return torch.stack(measured, dim=1).numpy(), fires.cpu().numpy()


def score(changed: np.ndarray, fires: np.ndarray) -> list[Scores]:
    """S(σ) of each direction at each scale, from `changes`; `dead` where f is zero on all data.

    Noise draws and sequences are both samples: the squared standard error is the sum of the
    variance of the draws' means over the number of draws and of the sequences' means over the
    number of sequences, which counts their interaction twice and so errs on the safe side.
    """
    draws, sequences = changed.shape[1:3]
    value = changed.mean((1, 2))
    between_draws = changed.mean(2).var(1, ddof=1) / draws
    between_sequences = changed.mean(1).var(1, ddof=1) / sequences
    error = np.sqrt(between_draws + between_sequences)
    return [checked(v, e, ~fires) for v, e in zip(value, error, strict=True)]
