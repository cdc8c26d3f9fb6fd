"""The settings of an ablation, and the metrics that they make."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["mean", "zero"]
Effect = Literal["kl", "sparsity"]
# The k strongest data points, or all.
Strongest = int | Literal["all"]


class Variant(NamedTuple):
    """What sets one metric of the family apart."""

    kind: Kind
    effect: Effect
    strongest: Strongest


NAME = re.compile(r"ablation_(mean|zero)_(kl|sparsity)_(?:top(\d+)|all)(?:_last)?")


def variants(metrics: Iterable[str]) -> dict[str, Variant]:
    """Those of `metrics` that are ablations, and what each is: `ablation_mean_kl_top16`."""
    found = {metric: NAME.fullmatch(metric) for metric in metrics}
    return {
        metric: Variant(match[1], match[2], int(match[3]) if match[3] else "all")
        for metric, match in found.items()
        if match
    }


@dataclass(frozen=True)
class Ablation:
    """The keys of the config's `metrics.ablation` block."""

    kinds: Sequence[Kind]
    effects: Sequence[Effect]
    strongest: Sequence[Strongest]
    sparsity: Literal["logits", "divergence"]
    tokens: Literal["all", "last"]
    sequences: int
    batch_tokens: int

    @property
    def most(self) -> int:
        """The largest k; 0 where only all data points are asked for."""
        return max((k for k in self.strongest if k != "all"), default=0)

    @property
    def sampled(self) -> int:
        """How many data points stand for all of them; 0 where they are not asked for."""
        return self.sequences if "all" in self.strongest else 0
