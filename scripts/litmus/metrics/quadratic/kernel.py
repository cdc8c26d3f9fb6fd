"""Inner products of per-token gradients: ⟨∂p_τ/∂θ, ∂p_υ/∂θ⟩ of p = ⟨a, v⟩ at two tokens τ, υ.

θ is all of the weights below the hook. The gradients themselves, a row of all weights for every
token, are never held at once: the backward pass goes block by block, from activations at θ₀ that
all directions share, and a block's rows are dropped once they are multiplied.
"""

import torch
from torch import Tensor

from litmus.blocks import Parameters
from litmus.memory import within_memory
from litmus.stacked import StackedLower

BLOCK = 64  # rows that are multiplied with those above them


class TokenKernel:
    """The inner products on some sequences.

    For n tokens, of q weights each, a direction costs n·T forward and backward passes of a token
    (T its position) and n²·q multiplications; which is the larger depends on n.

    Args:
        lower: the stacked lower half.
        start: θ₀, packed.
        tokens: int64 (sequences, context).
        batch_size: tokens τ a backward pass, at most; decides memory and speed, the result to
            rounding. Halved where memory runs out.
    """

    @torch.no_grad()
    def __init__(
        self, lower: StackedLower, start: Parameters, tokens: Tensor, batch_size: int
    ) -> None:
        self.blocks, self.last, self.start = lower.blocks, lower.layer - 1, start
        self.batch_size = batch_size
        # A vocabulary of the tokens that occur: rows of W_E that do not have no gradient.
        self.vocabulary, self.tokens = tokens.unique(return_inverse=True)
        alone = {name: value[None] for name, value in start.items() if name in ("W_E", "W_pos")}
        x = lower.embed(alone, tokens[None]).view(*tokens.shape, -1)
        self.before = [x]
        for i in range(lower.layer):
            x = self.blocks.block(self._copies(i, 1), i, x.flatten(0, 1)[None], tokens.shape[1])
            self.before.append(x[0].view_as(self.before[0]))
        self.activations = self.before.pop()

    def products(self, vector: Tensor, sequences: Tensor, positions: Tensor) -> Tensor:
        """The inner products for one direction.

        Args:
            vector: v, (width,).
            sequences: of each token τ, int64 (n,).
            positions: of each token τ, int64 (n,).

        Returns:
            Symmetric (n, n).

        Raises:
            LitmusError: not even one token a pass fits into memory.
        """
        # Tokens of like position together: what comes after a token is left out of its pass.
        order = positions.argsort(stable=True)
        ordered = sequences[order], positions[order]
        # What fits once fits the directions that follow, or is halved again.
        sums, self.batch_size = within_memory(
            self.batch_size,
            lambda size: self._summed(vector, *ordered, size),
            "metrics.llc_quadratic.batch_size, or its sequences",
            "active tokens",
        )
        place = order.argsort()
        return sums[place][:, place]

    def _summed(self, vector: Tensor, sequences: Tensor, positions: Tensor, size: int) -> Tensor:
        """The inner products, from backward passes of so many tokens."""
        parts = list(zip(sequences.split(size), positions.split(size), strict=True))
        sums, back = self._last_block(vector, parts)
        for i in reversed(range(self.last)):
            share, back = self._block(i, parts, back)
            sums += share
        return sums + self._embedding(parts, back)

    def _last_block(
        self, v: Tensor, parts: list[tuple[Tensor, Tensor]]
    ) -> tuple[Tensor, list[Tensor]]:
        """The last block's share, and ∂p to the residual stream before it.

        p meets this block's MLP at the token alone, so a matrix's gradient there is its input
        times that of its output, and their inner product that of the inputs times that of the
        outputs.
        """
        name, i = f"blocks.{self.last}.", self.last
        rows, inputs, outputs, hiddens, back = [], [], [], [], []
        for s, t in parts:
            copies = self._copies(i, len(s))
            moving = {
                n: value.requires_grad_()
                for n, value in copies.items()
                if n.removeprefix(name) not in ("W_in", "W_gate", "W_out", "b_out")
            }
            x = self.before[i][s, : t[-1] + 1].requires_grad_()
            middle = self.blocks.middle(copies, i, x, x.shape[1])
            each = torch.arange(len(s)), t
            middle, before = middle[each].unsqueeze(1), x[each].unsqueeze(1)
            source = self.blocks.source(before, middle)
            reached = self.blocks.reached(copies, i, source)
            hidden = self.blocks.fired(copies, i, reached)
            p = (middle + hidden @ self.start[name + "W_out"]) @ v
            wanted = [*moving.values(), *reached.values(), x]
            *grown, residual = torch.autograd.grad(p.sum(), wanted)
            rows.append(dict(zip(moving, grown[: len(moving)], strict=True)))
            outputs.append(dict(zip(reached, grown[len(moving) :], strict=True)))
            back.append(residual)
            hiddens.append(hidden.detach().squeeze(1))
            inputs.append(self.blocks.normal(copies, name + "ln2", source).detach().squeeze(1))
        sums = _gram(rows) + gram(torch.cat(inputs)) * _gram(outputs)
        biased = name + "b_out" in self.start
        return sums + (gram(torch.cat(hiddens)) + biased) * v.square().sum(), back

    def _block(
        self, i: int, parts: list[tuple[Tensor, Tensor]], back: list[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        """Block i's share, and ∂p to the residual stream before it."""
        rows, before = [], []
        for (s, _), after in zip(parts, back, strict=True):
            copies = {n: value.requires_grad_() for n, value in self._copies(i, len(s)).items()}
            x = self.before[i][s, : after.shape[1]].requires_grad_()
            moved = self.blocks.block(copies, i, x, x.shape[1])
            *grown, residual = torch.autograd.grad(moved, [*copies.values(), x], after)
            rows.append(dict(zip(copies, grown, strict=True)))
            before.append(residual)
        return _gram(rows), before

    def _embedding(self, parts: list[tuple[Tensor, Tensor]], back: list[Tensor]) -> Tensor:
        """The share of W_E and W_pos, from ∂p to the residual stream before the first block."""
        positions, embeddings = [], []
        for (s, _), part in zip(parts, back, strict=True):
            row, length, width = part.shape
            place = part.new_zeros(row, self.tokens.shape[1], width)
            place[:, :length] = part
            positions.append(place)
            table = part.new_zeros(row, len(self.vocabulary), width)
            occurring = self.tokens[s, :length, None].expand(-1, -1, width)
            embeddings.append(table.scatter_add_(1, occurring, part))
        shares = gram(torch.cat(embeddings))
        return shares + gram(torch.cat(positions)) if "W_pos" in self.start else shares

    def _copies(self, i: int, count: int) -> Parameters:
        """Block i's weights at θ₀, as often as asked without a copy in memory."""
        name = f"blocks.{i}."
        return {
            n: value.expand(count, *value.shape).detach()
            for n, value in self.start.items()
            if n.startswith(name)
        }


def gram(rows: Tensor) -> Tensor:
    """Inner products of rows (n, …): (n, n), by the triangle, which saves a quarter of the time."""
    flat = rows.flatten(1)
    products = flat.new_empty(len(flat), len(flat))
    for first in range(0, len(flat), BLOCK):
        end = first + BLOCK
        products[first:end, :end] = part = flat[first:end] @ flat[:end].T
        products[:end, first:end] = part.T
    return products


def _gram(parts: list[Parameters]) -> Tensor:
    """Inner products of the rows of all parts, one below the other: those of all names, added up.

    Takes the rows out of the parts, for they are most of what the memory holds.
    """
    return sum(gram(torch.cat([part.pop(name) for part in parts])) for name in [*parts[0]])
