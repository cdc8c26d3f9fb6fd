"""Real base activations: the last position of the first tokens of evaluation sequences."""

import numpy as np
import torch
from torch import Tensor

from litmus.errors import LitmusError
from litmus.seeds import generator
from litmus.stacked import StackedLower
from litmus.subject.checkpoint import Architecture


def sample(tokens: np.ndarray, count: int, positions: int, seed: int, key: str) -> np.ndarray:
    """The first `positions` tokens of `count` sequences, no two of them alike.

    Sequences that begin alike have the same activation: the first of them drawn stands for all.

    Args:
        tokens: evaluation sequences (n, context).
        count: how many to draw.
        positions: how many tokens of each.
        seed: of the draw.
        key: the config key that asks for so many.

    Raises:
        LitmusError: there are not so many.
    """
    shuffled = tokens[generator(seed, "plateau bases").permutation(len(tokens)), :positions]
    _, first = np.unique(shuffled, axis=0, return_index=True)
    if count > len(first):
        raise LitmusError(
            f"{key}: found {count}, but only {len(first)} evaluation sequences differ in their "
            f"first {positions} tokens; lower it, or add text"
        )
    return shuffled[np.sort(first)[:count]]


@torch.no_grad()
def activations(
    architecture: Architecture,
    weights: dict[str, Tensor],
    write: str,
    tokens: np.ndarray,
    budget: int,
    device: torch.device,
) -> Tensor:
    """Activations at the write hook: tokens (n, position) → (n, position, width).

    Args:
        architecture: the subject's shape.
        weights: the subject's, by TransformerLens's names.
        write: `blocks.L.hook_resid_pre`.
        tokens: sequences.
        budget: tokens that run at once, at most.
        device: where to compute.
    """
    lower = StackedLower(architecture, write)
    packed = {name: v.to(device).unsqueeze(0) for name, v in lower.pack(dict(weights)).items()}
    given = torch.from_numpy(tokens).long().to(device)
    size = max(1, budget // tokens.shape[1])
    return torch.cat([lower.activations(packed, part[None])[0] for part in given.split(size)])
