"""The subject run once more for every pass over the activations."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch

from litmus import tables
from litmus.activations.cache import Block, finite
from litmus.corpus import tokens
from litmus.errors import LitmusError
from litmus.memory import within_memory
from litmus.stacked import StackedLower
from litmus.subject import checkpoint


class Recomputed:
    """The subject's lower half, run for each pass: no disk, a forward pass a token.

    Args:
        path: `tokens.parquet`.
        model: the subject's folder.
        hook: where the activations are.
        batch_size: sequences a forward pass.
        most: sequences of a split, at most; a split that is not named is whole.
        device: where the forward pass runs.
    """

    def __init__(
        self,
        path: str | Path,
        model: str | Path,
        hook: str,
        batch_size: int,
        most: Mapping[str, int],
        device: torch.device | str = "cpu",
    ) -> None:
        self.path, self.batch_size, self.most, self.device = path, batch_size, most, device
        architecture, weights = checkpoint.load(Path(model))
        self.lower = StackedLower(architecture, hook)
        packed = self.lower.pack(weights)
        self.parameters = {name: value[None].to(device) for name, value in packed.items()}

    @torch.no_grad()
    def run(self, batch: np.ndarray) -> np.ndarray:
        """Activations (n, context, width) of tokens (n, context).

        Raises:
            LitmusError: an activation is not finite.
        """
        placed = torch.tensor(batch).long()

        def of(size: int) -> list[torch.Tensor]:
            parts = (part[None].to(self.device) for part in placed.split(size))
            return [self.lower.activations(self.parameters, part)[0].cpu() for part in parts]

        # What fits once fits the batches that follow.
        parts, self.batch_size = within_memory(
            self.batch_size, of, "activations.batch_size", "sequences"
        )
        return finite(torch.cat(parts).numpy())

    def blocks(self, split: str) -> Iterator[Block]:
        """A batch at a time."""
        batches = tokens.batches(self.path, split, self.batch_size, self.most.get(split))
        for _, batch in batches:
            yield Block(batch, self.run(batch))

    def rows(self, split: str, numbers: np.ndarray) -> np.ndarray:
        """The activations of some tokens of one split, by number: (n,) → (n, width).

        Only the sequences that hold them run.
        """
        sequences = tokens.split_of(tables.read(self.path), split)[: self.most.get(split)]
        if len(numbers) and numbers.max() >= sequences.size:
            raise LitmusError(
                f"{self.path}: holds {sequences.size} tokens of split {split}, more were asked for"
            )
        wanted, places = np.divmod(numbers, sequences.shape[1])
        different, which = np.unique(wanted, return_inverse=True)
        starts = range(0, len(different), self.batch_size)
        parts = [self.run(sequences[different[s : s + self.batch_size]]) for s in starts]
        return np.concatenate(parts)[which, places]
