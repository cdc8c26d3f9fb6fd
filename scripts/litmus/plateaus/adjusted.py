"""Real activations with some of the dictionary's features removed or added.

Every feature goes by its row in the dictionary, never by its place in a list of some features.
"""

from typing import NamedTuple

import numpy as np

from litmus.errors import LitmusError


class Codes(NamedTuple):
    """What a dictionary says of some activations."""

    values: np.ndarray
    """Of the base activations, (bases, features)."""
    decoder: np.ndarray
    """Rows (features, width)."""
    typical: np.ndarray
    """Each feature's mean value where it is active in the reference, 0 if never: (features,)."""


def typical(values: np.ndarray) -> np.ndarray:
    """Mean over the rows where a feature is active: (n, features) → (features,)."""
    active = (values > 0).sum(0)
    return values.clip(min=0).sum(0) / np.maximum(active, 1)


def active(codes: Codes, base: int) -> np.ndarray:
    """Ids of the features that are active at a base."""
    return np.flatnonzero(codes.values[base] > 0)


def inactive(codes: Codes, base: int) -> np.ndarray:
    """Ids of those that are not, but are somewhere in the reference."""
    return np.flatnonzero((codes.values[base] <= 0) & (codes.typical > 0))


def removed(
    activations: np.ndarray, codes: Codes, k: int, generator: np.random.Generator
) -> np.ndarray:
    """Each activation (bases, width) without k of its active features, or all if it has fewer."""
    changed = activations.astype(np.float64)
    for base in range(len(changed)):
        ids = _some(active(codes, base), k, generator)
        changed[base] -= codes.values[base, ids] @ codes.decoder[ids]
    return changed


def added(
    activations: np.ndarray, codes: Codes, k: int, generator: np.random.Generator
) -> np.ndarray:
    """Each activation (bases, width) with k inactive features at their typical strength."""
    changed = activations.astype(np.float64)
    for base in range(len(changed)):
        ids = _some(inactive(codes, base), k, generator)
        changed[base] += codes.typical[ids] @ codes.decoder[ids]
    return changed


def rows(codes: Codes, which: str, count: int, generator: np.random.Generator) -> np.ndarray:
    """Decoder rows of `active` features of each base, or of `any` live ones.

    Drawn without replacement while there are enough, and again from the start where not.

    Returns:
        (bases, count, width).

    Raises:
        LitmusError: no feature is active at a base.
    """
    found = []
    for base in range(len(codes.values)):
        ids = active(codes, base) if which == "active" else np.flatnonzero(codes.typical > 0)
        if not len(ids):
            raise LitmusError(
                "plateaus.directions: found 'sae_active', but the dictionary has no active feature "
                "at some base activation; leave it out"
            )
        chosen = np.concatenate([generator.permutation(ids) for _ in range(-(-count // len(ids)))])[
            :count
        ]
        found.append(codes.decoder[chosen])
    return np.stack(found)


def _some(ids: np.ndarray, k: int, generator: np.random.Generator) -> np.ndarray:
    return generator.permutation(ids)[:k]
