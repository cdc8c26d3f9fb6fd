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

import torch
from torch import Tensor

from litmus.blocks import Parameters
from litmus.last_position import FINAL, Bases, LastPosition
from litmus.metrics.ablation.moved import dot, norms, risen
from litmus.metrics.ablation.settings import Ablation
from litmus.subject.checkpoint import Architecture
from litmus.upper import Base, Upper

# Logits of changed tokens held at once, twice over: on a CPU they should stay in its cache, a GPU
# wants many. Log-probabilities of unchanged tokens held, unless one data point has more.
_CHUNK = {"cpu": 1 << 18, "cuda": 1 << 26}
_KEPT = {"cpu": 1 << 25, "cuda": 1 << 29}
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
        """How many changed data points of `context` tokens run at once."""

    def kept(self, context: int) -> int:
        """How many unchanged ones are held meanwhile."""


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
        return Everywhere(Upper(architecture, hook, _centred(state)), settings)
    last = LastPosition(architecture, hook, FINAL, state, settings.batch_tokens)
    return AtTheEnd(last, settings)


def _centred(state: Parameters) -> Parameters:
    """The state with an unembedding whose logits have mean zero: no probability is another."""
    unembed = state["unembed.W_U"]
    return {**state, "unembed.W_U": unembed - unembed.mean(1, keepdim=True)}


class Everywhere:
    """Effects on every token of a data point, any of which may have been changed.

    Args:
        upper: its unembedding's rows have mean zero.
        settings: which effects.
    """

    def __init__(self, upper: Upper, settings: Ablation) -> None:
        self.upper, self.settings = upper, settings
        self.sparse = "sparsity" in settings.effects and settings.sparsity == "logits"
        self.diverging = "kl" in settings.effects or settings.sparsity == "divergence"
        self.longest = torch.linalg.vector_norm(upper.unembed, dim=0).max()

    def at_once(self, context: int) -> int:
        """As many as the budget of tokens holds."""
        return max(1, self.settings.batch_tokens // context)

    def kept(self, context: int) -> int:
        """As many, if their log-probabilities are not too many."""
        vocabulary, device = self.upper.unembed.shape[1], self.upper.unembed.device.type
        return max(1, min(self.at_once(context), _KEPT[device] // (context * vocabulary)))

    def base(self, activation: Tensor) -> Base:
        """The upper half's own."""
        return self.upper.base(activation)

    def of(self, changed: Tensor, base: Base, which: Tensor) -> Tensor:
        """As `Effects.of`."""
        position = changed.shape[1]
        rows = which.unsqueeze(1) * position + torch.arange(position, device=which.device)
        rows = rows.flatten()
        final = self.upper.final(changed).flatten(0, 1)
        change = final.sub_(base.final.flatten(0, 1).index_select(0, rows))
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
        unembed, count = self.upper.unembed, len(change)
        size = min(count, max(1, _CHUNK[change.device.type] // unembed.shape[1]))
        held = change.new_empty(2, size, unembed.shape[1])
        # Of a product with a column, no entry is larger than the product of their lengths.
        bound = torch.linalg.vector_norm(change, dim=1) * self.longest
        out = change.new_zeros(3, count)
        for first in range(0, count, size):
            span = slice(first, min(first + size, count))
            moved, room = held[:, : span.stop - first]
            torch.mm(change[span], unembed, out=moved)
            if self.diverging:
                out[0, span] = risen(moved, logs, rows[span], room)
            if self.sparse:
                out[1, span], out[2, span] = norms(moved, bound[span])
        if self.diverging:
            out[0] -= dot(change, row.index_select(0, rows))
        return out


class AtTheEnd:
    """Effects on the last token of a data point, the only one that was changed.

    No earlier token can notice, so that the last one runs alone, against their keys and values.
    """

    def __init__(self, last: LastPosition, settings: Ablation) -> None:
        self.last, self.settings = last, settings

    def at_once(self, context: int) -> int:
        """A token each, if their logits are not too many."""
        vocabulary, device = self.last.upper.unembed.shape[1], self.last.upper.unembed.device.type
        return max(1, min(self.settings.batch_tokens, _KEPT[device] // vocabulary))

    def kept(self, context: int) -> int:
        """A token each likewise; running them keeps to the budget by itself."""
        return self.at_once(context)

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
            moved = self.last.logits(points, of).squeeze(1) - of.log_probabilities
            moved -= moved.mean(-1, keepdim=True)
            l1, l2 = norms(moved, torch.linalg.vector_norm(moved, torch.inf, dim=-1))
            measures["sparsity"] = l1 / l2.sqrt()
        return torch.stack([measures[effect] for effect in self.settings.effects])
