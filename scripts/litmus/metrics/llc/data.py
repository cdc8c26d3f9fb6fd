"""What the chains look at: the subject's data at θ₀, and the minibatches drawn from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from litmus.errors import LitmusError
from litmus.metrics.llc.settings import LLC
from litmus.seeds import generator
from litmus.stacked import Parameters, StackedLower


@dataclass(frozen=True)
class Data:
    """Evaluation sequences and their activations under the trained weights."""

    tokens: Tensor
    """int64 (sequences, context)."""
    base: Tensor
    """(sequences, context, width)."""

    @classmethod
    @torch.no_grad()
    def of(cls, lower: StackedLower, start: Parameters, tokens: Tensor) -> "Data":
        """Run the lower half on `tokens` with its trained weights, packed."""
        alone = {name: value.unsqueeze(0) for name, value in start.items()}
        parts = [lower.activations(alone, part[None])[0] for part in tokens.split(256)]
        return cls(tokens, torch.cat(parts))


class Minibatches:
    """The sequences that each chain sees at each step, from a stream of their own.

    Args:
        data: what they are drawn from, without replacement within a minibatch.
        settings: size, chains, and whether directions share their minibatches.
        seed: of the draws.
        ids: the directions, where each draws its own.
        key: of the config, for the sentence.

    Raises:
        LitmusError: a minibatch is larger than the data.
    """

    def __init__(
        self,
        data: Data,
        settings: LLC,
        seed: int,
        ids: Sequence[str],
        key: str = "batch_size",
    ) -> None:
        if settings.batch_size > len(data.tokens):
            raise LitmusError(
                f"{key}: found {settings.batch_size}, but there are only "
                f"{len(data.tokens)} evaluation sequences to draw from; lower it, or add text"
            )
        self.data, self.settings, self.seed, self.ids = data, settings, seed, ids

    @cached_property
    def _labels(self) -> list[tuple[str, ...]]:
        shared = self.settings.random_numbers == "shared"
        return [()] if shared else [(name,) for name in self.ids]

    def rows(self, step: int) -> Tensor:
        """Sequence numbers (1 or directions, chains, batch); 1 where all directions share them."""
        drawn = [
            [
                generator(self.seed, "batch", *label, chain, step).choice(
                    len(self.data.tokens), self.settings.batch_size, replace=False
                )
                for chain in range(self.settings.chains)
            ]
            for label in self._labels
        ]
        return torch.from_numpy(np.array(drawn)).to(self.data.tokens.device)
