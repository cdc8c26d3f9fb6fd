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

from torch import Tensor

from litmus.blocks import Parameters
from litmus.last_position import FINAL, LastPosition
from litmus.metrics.ablation.at_the_end import AtTheEnd
from litmus.metrics.ablation.everywhere import Everywhere
from litmus.metrics.ablation.forward import Forward
from litmus.metrics.ablation.settings import Ablation
from litmus.subject.checkpoint import Architecture

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
        return Everywhere(Forward(architecture, hook, state), settings)
    last = LastPosition(architecture, hook, FINAL, state, settings.batch_tokens)
    return AtTheEnd(last, settings)
