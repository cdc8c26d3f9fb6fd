"""Matrix products of one forward pass, counted.

A product of (n, k) with (k, m) is 2·n·k·m operations. Only products are counted: at every size that
the workflow meets they decide, and what else a step does is in the share of a machine's matrix rate
that it was seen to reach (`litmus.plan.stages`).
"""

from dataclasses import dataclass

from litmus.subject.checkpoint import Architecture


@dataclass(frozen=True)
class Size:
    """A subject cut at a hook.

    Args:
        architecture: the subject's.
        layer: the hook's.
        context: tokens of a sequence.
    """

    architecture: Architecture
    layer: int
    context: int

    @property
    def block_parameters(self) -> int:
        """Weights of one block's matrices."""
        a = self.architecture
        attention = a.width * a.head_width * (2 * a.heads + 2 * a.key_value_heads)
        return attention + a.width * a.mlp_width * (3 if a.gated else 2)

    @property
    def parameters_below(self) -> int:
        """Weights below the hook, embeddings included."""
        a = self.architecture
        places = a.context if a.positions == "standard" else 0
        return self.layer * self.block_parameters + (a.vocabulary + places) * a.width

    @property
    def parameters(self) -> int:
        """Weights of the whole subject, the unembedding's its own."""
        a = self.architecture
        above = (a.layers - self.layer) * self.block_parameters
        return self.parameters_below + above + a.vocabulary * a.width

    def _blocks(self, count: int) -> int:
        a = self.architecture
        attention = 4 * self.context * a.heads * a.head_width
        return count * (2 * self.block_parameters + attention)

    @property
    def lower(self) -> int:
        """Operations a token, up to the hook."""
        return self._blocks(self.layer)

    @property
    def upper(self) -> int:
        """Operations a token, from the hook to the last block."""
        return self._blocks(self.architecture.layers - self.layer)

    @property
    def unembed(self) -> int:
        """Operations a token, from the last block to the logits."""
        return 2 * self.architecture.width * self.architecture.vocabulary
