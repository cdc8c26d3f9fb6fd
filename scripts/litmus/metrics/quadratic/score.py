"""λ(γ, nβ) of many directions, at several thresholds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from litmus.feature import Nonlinearity
from litmus.metrics.quadratic.kernel import TokenKernel
from litmus.metrics.quadratic.spectrum import Estimate, coefficient
from litmus.metrics.scores import Scores, checked
from litmus.metrics.weight_sensitivity import sample
from litmus.stacked import StackedLower


@dataclass(frozen=True)
class Quadratic:
    """The keys of the config's `metrics.llc_quadratic` block."""

    thresholds: Sequence[float]
    nonlinearity: Nonlinearity
    reduction: Literal["sum", "mean"]
    n_beta: float
    localization: float
    sequences: int
    batch_size: int


def estimates(
    kernel: TokenKernel, vector: Tensor, std: float, settings: Quadratic
) -> list[Estimate | None]:
    """λ of one direction's feature at each threshold; None where it is never active.

    The tokens above one threshold are among those above a lower one, and f's derivative on them is
    ∇p at either: one kernel serves all thresholds.

    Args:
        kernel: the inner products of ∇p.
        vector: unit vector (width,).
        std: σ of the projection.
        settings: of feature and coefficient.
    """
    count, context = kernel.tokens.shape
    p = kernel.activations @ vector
    linear = settings.nonlinearity == "none"
    lowest = -torch.inf if linear else min(settings.thresholds) * std
    sequences, positions = torch.nonzero(p > lowest, as_tuple=True)
    if not len(sequences):
        return [None] * len(settings.thresholds)
    per_token = context if settings.reduction == "mean" else 1
    products = kernel.products(vector, sequences, positions) * (2 / (count * per_token))
    found = []
    for k in settings.thresholds:
        above = p[sequences, positions] > (lowest if linear else k * std)
        of_active = products[above][:, above]
        ridge = settings.localization / settings.n_beta
        active = sequences[above]
        found.append(coefficient(of_active, active, count, ridge) if len(active) else None)
    return found


def measure(
    lower: StackedLower,
    weights: Mapping[str, Tensor],
    tokens: np.ndarray,
    vectors: np.ndarray,
    std: np.ndarray,
    settings: Quadratic,
    seed: int,
    device: torch.device,
    after_direction: Callable[[], None] = lambda: None,
) -> list[Scores]:
    """λ(γ, nβ) of each direction at each of the settings' thresholds.

    Exact for the sequences it is given, and bitwise the same beside any other directions. The
    standard error is that of the choice of sequences, which all directions share. It does not cover
    that λ of few sequences is lower than that of many, for they hold the weights in fewer
    directions: λ is at most half the number of active tokens, and near that it is sparsity again.

    Args:
        lower: the stacked lower half.
        weights: the subject's, by TransformerLens's names.
        tokens: evaluation sequences to sample from, (n, context).
        vectors: unit vectors float32 (directions, width).
        std: σ of each projection, (directions,).
        settings: of feature and coefficient.
        seed: of the sample.
        device: where to compute.
        after_direction: called after every direction.
    """
    sampled = torch.from_numpy(sample(tokens, settings.sequences, seed)).long().to(device)
    start = {name: value.to(device) for name, value in lower.pack(dict(weights)).items()}
    kernel = TokenKernel(lower, start, sampled, settings.batch_size)
    found = []
    for vector, sigma in zip(torch.from_numpy(vectors).to(device), std, strict=True):
        found.append(estimates(kernel, vector, float(sigma), settings))
        after_direction()
    return [_scores(column) for column in zip(*found, strict=True)]


def _scores(column: Sequence[Estimate | None]) -> Scores:
    """One threshold's estimates as scores: zero and `dead` where there is none."""
    pairs = np.array([e or (0.0, 0.0) for e in column])
    return checked(pairs[:, 0], pairs[:, 1], np.array([e is None for e in column]))
