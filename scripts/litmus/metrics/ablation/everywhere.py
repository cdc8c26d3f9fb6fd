"""Effects of changes on any of a data point's tokens: all of them run through the upper layers."""

from typing import NamedTuple

import torch
from torch import Tensor

from litmus.metrics.ablation.forward import Forward
from litmus.metrics.ablation.moved import divergence, far_divergence, norms
from litmus.metrics.ablation.settings import Ablation

# Logits of changed tokens held at once, three times over: on a CPU they should stay in its cache, a
# GPU wants many; but those of a few tokens always, for the unembedding is read for each few anew.
_CHUNK = {"cpu": 1 << 18, "cuda": 1 << 26}
_FEW = 64
# And probabilities of unchanged tokens, unless one data point has more.
KEPT = {"cpu": 1 << 25, "cuda": 1 << 29}
# A logit that moves further may bring back a token whose probability was lost to underflow.
_FAR = 30.0


class Unchanged(NamedTuple):
    """An unchanged run, to which many changed ones are compared."""

    final: Tensor
    """What the unembedding reads, (batch, position, width)."""
    probabilities: Tensor
    """(batch, position, vocabulary)."""


class Everywhere:
    """Effects on every token of a data point, any of which may have been changed."""

    def __init__(self, upper: Forward, settings: Ablation) -> None:
        self.upper, self.settings = upper, settings
        self.sparse = "sparsity" in settings.effects and settings.sparsity == "logits"
        self.diverging = "kl" in settings.effects or settings.sparsity == "divergence"
        # Of a column of the unembedding.
        self.longest = torch.linalg.vector_norm(upper.unembed, dim=0).max()

    def at_once(self, context: int) -> int:
        """As many as the budget of tokens holds."""
        return max(1, self.settings.batch_tokens // context)

    def kept(self, context: int) -> int:
        """As many, if their probabilities are not too many."""
        vocabulary, device = self.upper.unembed.shape[1], self.upper.unembed.device.type
        return max(1, min(self.at_once(context), KEPT[device] // (context * vocabulary)))

    def base(self, activation: Tensor) -> Unchanged:
        """The final state and the probabilities."""
        final = self.upper.final(activation)
        return Unchanged(final, self._logits(final).softmax(-1))

    def of(self, changed: Tensor, base: Unchanged, which: Tensor) -> Tensor:
        """As `Effects.of`."""
        position = changed.shape[1]
        rows = which.unsqueeze(1) * position + torch.arange(position, device=which.device)
        kl, l1, l2 = self._by_token(self.upper.final(changed), base, rows).unbind()
        if self.settings.sparsity == "divergence":
            l1, l2 = kl.abs(), kl.square()
        measures = {"kl": kl.mean(1), "sparsity": l1.sum(1) / l2.sum(1).sqrt()}
        return torch.stack([measures[effect] for effect in self.settings.effects])

    def _by_token(self, final: Tensor, base: Unchanged, rows: Tensor) -> Tensor:
        """KL, and the sum and the sum of squares of the logits' changes: (3, n, position).

        Args:
            final: what the unembedding reads, (n, position, width); overwritten.
            base: of the unchanged run.
            rows: the token of the base run that each is compared with, (n, position).
        """
        rows, before = rows.flatten(), base.final.flatten(0, 1)
        change = final.flatten(0, 1).sub_(before.index_select(0, rows))
        probabilities = base.probabilities.flatten(0, 1)
        # Of a product with a column, no entry is larger than the product of their lengths.
        bound = torch.linalg.vector_norm(change, dim=1) * self.longest
        far = self.diverging and bool(bound.max() > _FAR)
        count, vocabulary = len(change), self.upper.unembed.shape[1]
        size = min(count, max(_FEW, _CHUNK[change.device.type] // vocabulary))
        held, out = change.new_empty(3, size, vocabulary), change.new_zeros(3, count)
        split = (each.split(size) for each in (change, rows, bound, *out))
        for part, of, most, kl, l1, squares in zip(*split, strict=True):
            moved, weights, room = held[:, : len(part)]
            torch.mm(part, self.upper.unembed, out=moved)
            if far and torch.linalg.vector_norm(moved, torch.inf) > _FAR:
                kl[:] = far_divergence(moved, self._logits(before[of]).log_softmax(-1))
            elif self.diverging:
                torch.index_select(probabilities, 0, of, out=weights)
                divergence(moved, weights, room, kl)
            if self.sparse:
                norms(moved, most, room, l1, squares)
        return out.view(3, *final.shape[:2])

    def _logits(self, final: Tensor) -> Tensor:
        """From what the unembedding reads: (…, width) → (…, vocabulary)."""
        flat = torch.addmm(self.upper.bias, final.flatten(0, -2), self.upper.unembed)
        return flat.view(*final.shape[:-1], -1)
