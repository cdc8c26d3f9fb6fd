"""Where a job has the activations from: the cache on disk, or the subject run once more."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from litmus.activations import cache
from litmus.activations.cache import Block


class Source(Protocol):
    """The activations at the hook, split by split, in the order of the sequences."""

    def blocks(self, split: str) -> Iterator[Block]:
        """Some whole sequences at a time."""

    def rows(self, split: str, numbers: np.ndarray) -> np.ndarray:
        """The activations of some tokens of one split, by number: (n,) → (n, width)."""


class Recorded:
    """The cache `activations/<hook>.parquet`: read once for each pass, no arithmetic."""

    def __init__(self, path: str | Path) -> None:
        self.path = path

    def blocks(self, split: str) -> Iterator[Block]:
        """A row group at a time."""
        return cache.blocks(self.path, split)

    def rows(self, split: str, numbers: np.ndarray) -> np.ndarray:
        """The activations of some tokens of one split, by number: (n,) → (n, width)."""
        return cache.rows(self.path, split, numbers)


def load(source: Source, split: str) -> Block:
    """All blocks of one split at once; for what needs them in memory."""
    parts = list(source.blocks(split))
    return Block(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def opened(
    given: Mapping[str, str], recipe: Mapping[str, Any] | None, device: Any = "cpu"
) -> Source:
    """The activations that a job has among its inputs.

    Args:
        given: the inputs by name: `activations`, or `tokens` and the subject's `weights`.
        recipe: where there is no cache, `hook`, `batch_size`, the `most` sequences of a split, and
            the fingerprint `code` of what computes them.
        device: where a forward pass runs.
    """
    if recipe is None:
        return Recorded(given["activations"])
    # By name, so that a job that reads the cache neither imports torch nor depends on it.
    recomputed = import_module("litmus.activations.recomputed")
    told = {name: value for name, value in recipe.items() if name != "code"}
    folder = Path(given["weights"]).parent
    return recomputed.Recomputed(given["tokens"], folder, **told, device=device)
