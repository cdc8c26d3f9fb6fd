"""The effect of changed activations on the output, data point by data point.

Two measures, each a number per data point:

    kl        the mean over its tokens of KL(original ‖ ablated), in nats
    sparsity  L1/L2 of the effect: √n where it is spread evenly over n numbers, 1 where it is all
              in one. Over what is open in the source; ours is either of
        logits      the change of every logit on every token, less the token's median change, for a
                    constant moves no probability: Gao et al. 2024, section 4.5, who square the
                    ratio and divide it by n
        divergence  the KL on every token: how many tokens the effect is spread over
"""

from typing import Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor

from litmus.blocks import Parameters
from litmus.last_position import FINAL, Bases, LastPosition
from litmus.metrics.ablation.settings import Ablation
from litmus.subject.checkpoint import Architecture
from litmus.upper import Base, Upper

# Logits held at once: on a CPU they should stay in its cache.
_CHUNK = 1 << 17
# NumPy sorts 512 numbers ten times as fast as twice as many: a median of two halves, by sorting, is
# eight times as fast as torch's.
_SHORT = 1024
Of = TypeVar("Of")


class Effects(Protocol[Of]):
    """Measures many changed data points against few unchanged ones."""

    settings: Ablation

    def base(self, activation: Tensor) -> Of:
        """The unchanged run: from (batch, position, width)."""

    def of(self, changed: Tensor, base: Of, which: Tensor) -> Tensor:
        """The effects of `changed`.

        Args:
            changed: activations (n, position, width).
            base: of the unchanged run, of a batch.
            which: the data point in it that each of `changed` came from, int64 (n,).

        Returns:
            (effects, n), in the order of the settings; NaN for the sparsity of no effect at all.
        """

    def at_once(self, context: int) -> int:
        """How many data points of `context` tokens run at once."""


def effects_of(
    architecture: Architecture, hook: str, state: Parameters, settings: Ablation
) -> Effects:
    """The way of measuring that fits the settings' tokens.

    Args:
        architecture: the subject's shape.
        hook: `blocks.L.hook_resid_pre`; layers L and up run.
        state: the subject's weights by TransformerLens's names, on the device where it shall run.
        settings: which effects, and on which tokens.
    """
    if settings.tokens == "all":
        return Everywhere(Upper(architecture, hook, state), settings)
    last = LastPosition(architecture, hook, FINAL, state, settings.batch_tokens)
    return AtTheEnd(last, settings)


class Everywhere:
    """Effects on every token of a data point, any of which may have been changed."""

    def __init__(self, upper: Upper, settings: Ablation) -> None:
        self.upper, self.settings = upper, settings
        self.sparse = "sparsity" in settings.effects and settings.sparsity == "logits"
        self.diverging = "kl" in settings.effects or settings.sparsity == "divergence"

    def at_once(self, context: int) -> int:
        """As many as the budget of tokens holds."""
        return max(1, self.settings.batch_tokens // context)

    def base(self, activation: Tensor) -> Base:
        """The upper half's own."""
        return self.upper.base(activation)

    def of(self, changed: Tensor, base: Base, which: Tensor) -> Tensor:
        """As `Effects.of`."""
        position = changed.shape[1]
        rows = which.unsqueeze(1) * position + torch.arange(position, device=which.device)
        rows = rows.flatten()
        change = self.upper.final(changed).flatten(0, 1) - base.final.flatten(0, 1)[rows]
        kl, l1, l2 = (part.view(-1, position) for part in self._by_token(change, base, rows))
        if self.settings.sparsity == "divergence":
            l1, l2 = kl.abs(), kl.square()
        measures = {"kl": kl.mean(1), "sparsity": l1.sum(1) / l2.sum(1).sqrt()}
        return torch.stack([measures[effect] for effect in self.settings.effects])

    def _by_token(self, change: Tensor, base: Base, rows: Tensor) -> Tensor:
        """KL, and the sum and the sum of squares of the logits' changes: (3, tokens).

        All in the difference to the base run, so that a small change loses no digits to the size of
        the logits.

        Args:
            change: of what the unembedding reads, (tokens, width).
            base: of the unchanged run.
            rows: the token of the base run that each is compared with, (tokens,).
        """
        logs, row = base.log_probabilities.flatten(0, 1), base.row.flatten(0, 1)
        unembed = self.upper.unembed
        out = change.new_zeros(3, len(change))
        size = max(1, _CHUNK // unembed.shape[1])
        for first in range(0, len(change), size):
            span = slice(first, first + size)
            part, of = change[span], rows[span]
            moved = part @ unembed
            if self.diverging:
                risen = torch.logsumexp(logs.index_select(0, of).add_(moved), -1)
                out[0, span] = risen - (part * row[of]).sum(-1)
            if self.sparse:
                out[1:, span] = torch.stack(sums(moved))
        return out


class AtTheEnd:
    """Effects on the last token of a data point, the only one that was changed.

    No earlier token can notice, so that the last one runs alone, against their keys and values.
    """

    def __init__(self, last: LastPosition, settings: Ablation) -> None:
        self.last, self.settings = last, settings

    def at_once(self, context: int) -> int:
        """A token each; the unchanged run keeps to the budget by itself."""
        return self.settings.batch_tokens

    def base(self, activation: Tensor) -> Bases:
        """The last positions, with what earlier ones send to them."""
        return self.last.bases(activation)

    def of(self, changed: Tensor, base: Bases, which: Tensor) -> Tensor:
        """As `Effects.of`."""
        points, of = changed[:, -1:], base[which]
        measures = {}
        if "kl" in self.settings.effects:
            measures["kl"] = self.last.effect(points, of).kl.squeeze(1)
        if "sparsity" in self.settings.effects:
            # Up to a constant, which the median takes away.
            l1, l2 = sums(self.last.logits(points, of).squeeze(1) - of.log_probabilities)
            measures["sparsity"] = l1 / l2.sqrt()
        return torch.stack([measures[effect] for effect in self.settings.effects])


def sums(moved: Tensor) -> tuple[Tensor, Tensor]:
    """Σ|x| and Σx² of each row less its median; overwrites the rows (n, vocabulary)."""
    moved -= median(moved).unsqueeze(-1)
    squares = torch.linalg.vecdot(moved, moved)
    return moved.abs_().sum(-1), squares


def median(values: Tensor) -> Tensor:
    """The median of each row, the lower of the two in the middle: (…, n) → (…,)."""
    if values.is_cuda or values.shape[-1] > _SHORT:
        return values.median(-1).values
    rows = values.numpy()
    half = (rows.shape[-1] + 1) // 2
    low, high = np.sort(rows[..., :half]), np.sort(rows[..., half:])
    # Of two sorted halves, the smaller of each and its mirror image are the lower half of all.
    odd = rows.shape[-1] % 2
    lower = np.minimum(low[..., odd:], high[..., ::-1]).max(-1, initial=-np.inf)
    return torch.from_numpy(np.maximum(lower, low[..., 0]) if odd else lower)
