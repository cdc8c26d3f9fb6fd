"""The upper half at the last position alone: what a change of one activation does to the output.

Where only the last position changes, what earlier positions send to it does not: their keys and
values at every upper layer are computed once a base, and a perturbed activation runs alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from litmus.blocks import Blocks, Parameters, onto
from litmus.errors import LitmusError
from litmus.subject.checkpoint import Architecture, hook_layer
from litmus.upper import LogSumExp, Upper

FINAL = "ln_final.hook_normalized"


@dataclass(frozen=True)
class Bases:
    """Base activations at the last position, each with its past and what it does unperturbed."""

    activation: Tensor
    """(bases, width), at the write hook."""
    keys: Tensor
    """Of the earlier positions, repeated where query heads share them: (bases, layers, heads,
    position − 1, head width)."""
    values: Tensor
    """In the keys' shape."""
    final: Tensor
    """What the unembedding reads, (bases, width)."""
    read: Tensor
    """At the read hook, (bases, width)."""
    log_probabilities: Tensor
    """(bases, vocabulary)."""
    mean_row: Tensor
    """The unembedding's columns averaged by the probabilities, (bases, width)."""

    def __getitem__(self, rows: slice) -> "Bases":
        """Some of the bases."""
        return Bases(*(getattr(self, part.name)[rows] for part in fields(self)))

    def __len__(self) -> int:
        """How many bases there are."""
        return len(self.activation)


class Effect(NamedTuple):
    """What perturbed activations do, each (bases, n)."""

    kl: Tensor
    """KL(base ‖ perturbed) of the next-token distributions, in nats."""
    l2: Tensor
    """Distance from the base at the read hook."""
    cosine: Tensor
    """Cosine with the base at the read hook."""


class LastPosition:
    """From the last position's activation at the write hook to the output.

    Args:
        architecture: the subject's shape.
        write: `blocks.L.hook_resid_pre`; layers L and up run.
        read: `blocks.M.hook_resid_post` with M ≥ L, or `ln_final.hook_normalized`.
        state: the subject's weights by TransformerLens's names, on the device where it shall run.
        budget: tokens that run at once, at most; decides memory, never the result.

    Raises:
        LitmusError: the read hook lies below the write hook, or above the model.
    """

    def __init__(
        self, architecture: Architecture, write: str, read: str, state: Parameters, budget: int
    ) -> None:
        self.architecture, self.layer, self.budget = architecture, hook_layer(write), budget
        self.upper = Upper(architecture, write, state)
        self.blocks: Blocks = self.upper.blocks
        self.read_layer = None if read == FINAL else hook_layer(read)
        if self.read_layer is not None and not self.layer <= self.read_layer < architecture.layers:
            raise LitmusError(
                f"read: found {read}; valid: {FINAL}, or blocks.<M>.hook_resid_post with M from "
                f"{self.layer} to {architecture.layers - 1}, above the write hook {write}"
            )

    @torch.no_grad()
    def bases(self, context: Tensor, activation: Tensor | None = None) -> Bases:
        """Cache the pasts of some sequences, and run their last position unperturbed.

        Args:
            context: activations at the write hook, (bases, position, width).
            activation: what stands at the last position in its place, (bases, width).
        """
        last = context[:, -1] if activation is None else activation
        size = max(1, self.budget // context.shape[1])
        parts = [
            self._base(*part) for part in zip(context.split(size), last.split(size), strict=True)
        ]
        return Bases(
            *(torch.cat([getattr(each, part.name) for each in parts]) for part in fields(Bases))
        )

    @torch.no_grad()
    def effect(self, points: Tensor, bases: Bases) -> Effect:
        """What perturbed activations (bases, n, width) do at the read hook and to the output."""
        rows = [
            torch.cat([torch.stack(self._effect(p, block)) for p in part.split(size, 1)], 2)
            for part, block, size in self._parts(points, bases)
        ]
        return Effect(*torch.cat(rows, 1))

    @torch.no_grad()
    def logits(self, points: Tensor, bases: Bases) -> Tensor:
        """Next-token logits, (bases, n, vocabulary); holds all of them."""
        final, _ = self._run(points, bases)
        return final @ self.upper.unembed + self.upper.bias

    def _parts(self, points: Tensor, bases: Bases) -> Iterator[tuple[Tensor, Bases, int]]:
        """The points of some bases at a time, and how many of each base fit into the budget."""
        n = points.shape[1]
        size = max(1, self.budget // max(1, n))
        for start in range(0, len(bases), size):
            rows = slice(start, start + size)
            yield points[rows], bases[rows], max(1, min(n, self.budget))

    def _effect(self, points: Tensor, bases: Bases) -> Effect:
        final, read = self._run(points, bases)
        change = final - bases.final.unsqueeze(1)
        linear = torch.bmm(change, bases.mean_row.unsqueeze(-1)).squeeze(-1)
        unembed, count = self.upper.unembed, points.shape[1]
        risen = [
            LogSumExp.apply(row.unsqueeze(0), logs.expand(count, -1), unembed)[0]
            for row, logs in zip(change, bases.log_probabilities, strict=True)
        ]
        moved = read - bases.read.unsqueeze(1)
        cosine = cosine_similarity(read, bases.read.unsqueeze(1), dim=-1)
        return Effect(torch.stack(risen) - linear, moved.norm(dim=-1), cosine)

    def _run(self, points: Tensor, bases: Bases) -> tuple[Tensor, Tensor]:
        """What the unembedding reads, and the read hook: each (bases, n, width)."""
        p, x = self.upper.parameters, points.reshape(1, -1, points.shape[-1])
        read = None
        for i in range(self.layer, self.architecture.layers):
            past = bases.keys[:, i - self.layer], bases.values[:, i - self.layer]
            x = self.blocks.after(p, i, x, self._attended(i, x, *past))
            read = x if i == self.read_layer else read
        final = self.blocks.normal(p, "ln_final", x)
        if read is None:  # the hook lies before the scale and shift, where they are
            folded = self.architecture.normalization.endswith("Pre")
            read = final if folded else self.blocks.unscaled(x)
        return final.view(points.shape), read.view(points.shape)

    def _attended(self, i: int, x: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """The last positions after block i's attention to their pasts and to themselves."""
        p, position = self.upper.parameters, keys.shape[-2]
        q, k, v = self.blocks.attending(p, i, x, x.shape[1] // len(keys), at=position)
        k, v = self.blocks.shared(k), self.blocks.shared(v)
        scores = torch.cat([q @ keys.mT, (q * k).sum(-1, keepdim=True)], -1)
        share = (scores / self.architecture.attention_scale).softmax(-1)
        z = share[..., :-1] @ values + share[..., -1:] * v
        return onto(x, self.blocks.side_by_side(z, x), p, f"blocks.{i}.", "O")

    def _base(self, context: Tensor, last: Tensor) -> Bases:
        """A few bases: earlier positions through every block, each block's keys and values kept."""
        p, (count, position, width) = self.upper.parameters, context.shape
        x = context[:, :-1].reshape(1, -1, width)
        kept = []
        for i in range(self.layer, self.architecture.layers):
            _, k, v = self.blocks.attending(p, i, x, position - 1)
            kept.append(torch.stack([self.blocks.shared(k), self.blocks.shared(v)]))
            x = self.blocks.block(p, i, x, position - 1)
        keys, values = torch.stack(kept, 2)
        nothing = last.new_empty(count, 0)
        alone = Bases(last, keys, values, *[nothing] * 4)
        final, read = (each.squeeze(1) for each in self._run(last.unsqueeze(1), alone))
        logs = (final @ self.upper.unembed + self.upper.bias).log_softmax(-1)
        return Bases(last, keys, values, final, read, logs, logs.exp() @ self.upper.unembed.T)
