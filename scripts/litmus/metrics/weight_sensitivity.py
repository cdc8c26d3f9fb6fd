"""How far a feature's value moves when every weight below the hook gets Gaussian noise.

    S(σ) = E_ξ mean over sequences of Σ_t (f(θ₀ + σξ, x)_t − f(θ₀, x)_t)²,   ξ ~ N(0, 1)

The mean of the functional LLC's loss under the localising prior alone: for γ ≫ nβ·h, SGLD's λ̂ is
nβ times it at σ = 1/√γ. A perturbed forward pass serves every direction at once, so a thousand
directions cost less than twice what one does (on the embedded default's shapes).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from litmus.feature import Nonlinearity
from litmus.memory import within_memory
from litmus.metrics.feature_blocks import FeatureBlocks
from litmus.metrics.scores import Scores, checked
from litmus.seeds import generator, stream
from litmus.stacked import Parameters, StackedLower


@dataclass(frozen=True)
class Sensitivity:
    """The keys of the config's `metrics.weight_sensitivity` block."""

    threshold: float
    nonlinearity: Nonlinearity
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


class Changes(NamedTuple):
    """Squared changes of n directions' features, as their two marginal means."""

    by_draw: np.ndarray
    """Mean over sequences: float64 (scales, n, draws)."""
    by_sequence: np.ndarray
    """Mean over draws: float64 (scales, n, sequences)."""
    fires: np.ndarray
    """Whether the feature is anything but zero on some token at θ₀: bool (n,)."""


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
) -> Changes:
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
    """
    features = FeatureBlocks(vectors, std, settings.threshold, settings.nonlinearity)
    parts = tokens.split(settings.batch_size)
    alone = {name: value.unsqueeze(0) for name, value in start.items()}
    still = [lower.activations(alone, part.unsqueeze(0))[0] for part in parts]
    scales = torch.tensor(settings.scales, device=tokens.device)
    by_draw = features.zeros(len(scales), settings.draws)
    by_sequence = features.zeros(len(scales), len(tokens))
    for draw in range(settings.draws):
        xi = noise(start, draw, seed)
        moved = {
            name: value + scales.view(-1, *[1] * value.ndim) * xi[name].to(value.device)
            for name, value in start.items()
        }
        sums = by_sequence.split(settings.batch_size, dim=1)
        for part, before, sum_ in zip(parts, still, sums, strict=True):
            after = lower.activations(moved, part.expand(len(scales), -1, -1))
            squares = features.squared_changes(before, after).double()
            by_draw[:, draw] += squares.sum(1)
            sum_ += squares
        after_draw()
    shared = tokens.shape[1] if settings.reduction == "mean" else 1
    return Changes(
        features.squares(by_draw.div_(len(tokens) * shared)).mT.contiguous().cpu().numpy(),
        features.squares(by_sequence.div_(settings.draws * shared)).mT.contiguous().cpu().numpy(),
        torch.stack([features.fire(part) for part in still]).any(0).cpu().numpy(),
    )


def score(changed: Changes) -> list[Scores]:
    """S(σ) of each direction at each scale, from `changes`; `dead` where f is zero on all data.

    Noise draws and sequences are both samples: the squared standard error is the sum of the
    variance of the draws' means over the number of draws and of the sequences' means over the
    number of sequences, which counts their interaction twice and so errs on the safe side.
    """
    value = changed.by_draw.mean(-1)
    between_draws = changed.by_draw.var(-1, ddof=1) / changed.by_draw.shape[-1]
    between_sequences = changed.by_sequence.var(-1, ddof=1) / changed.by_sequence.shape[-1]
    error = np.sqrt(between_draws + between_sequences)
    return [checked(v, e, ~changed.fires) for v, e in zip(value, error, strict=True)]


def measure(
    lower: StackedLower,
    weights: dict[str, Tensor],
    tokens: np.ndarray,
    vectors: np.ndarray,
    std: np.ndarray,
    settings: Sensitivity,
    seed: int,
    device: torch.device,
    after_draw: Callable[[], None] = lambda: None,
) -> list[Scores]:
    """S(σ) of each direction at each of the settings' scales.

    Args:
        lower: the stacked lower half.
        weights: the subject's, by TransformerLens's names.
        tokens: evaluation sequences to sample from, (n, context).
        vectors: unit vectors float32 (directions, width).
        std: σ of each projection, (directions,).
        settings: of feature and noise.
        seed: of noise and sample.
        device: where to compute.
        after_draw: called after every draw of the noise.
    """
    sampled = sample(tokens, settings.sequences, seed)
    start = {name: value.to(device) for name, value in lower.pack(weights).items()}
    placed = [
        torch.from_numpy(sampled).long().to(device),
        torch.from_numpy(vectors).to(device),
        torch.from_numpy(std).to(device),
    ]

    def run(batch_size: int) -> Changes:
        fewer = replace(settings, batch_size=batch_size)
        return changes(lower, start, *placed, fewer, seed, after_draw)

    key = "metrics.weight_sensitivity.batch_size"
    changed, _ = within_memory(settings.batch_size, run, key, "sequences")
    return score(changed)
