"""Effects of changes on a data point's last token: it alone runs through the upper layers."""

import torch
from torch import Tensor

from litmus.last_position import Bases, LastPosition
from litmus.metrics.ablation.everywhere import KEPT
from litmus.metrics.ablation.moved import norms
from litmus.metrics.ablation.settings import Ablation


class AtTheEnd:
    """Effects on the last token of a data point, the only one that was changed.

    No earlier token can notice, so that the last one runs alone, against their keys and values.
    """

    def __init__(self, last: LastPosition, settings: Ablation) -> None:
        self.last, self.settings = last, settings

    def at_once(self, context: int) -> int:
        """A token each, if their logits are not too many."""
        vocabulary, device = self.last.upper.unembed.shape[1], self.last.upper.unembed.device.type
        return max(1, min(self.settings.batch_tokens, KEPT[device] // vocabulary))

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
            bound = torch.linalg.vector_norm(moved, torch.inf, dim=-1)
            l1, l2 = moved.new_empty(2, len(moved))
            norms(moved, bound, torch.empty_like(moved), l1, l2)
            measures["sparsity"] = l1 / l2.sqrt()
        return torch.stack([measures[effect] for effect in self.settings.effects])
