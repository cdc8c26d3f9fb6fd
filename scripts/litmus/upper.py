"""The upper half of the subject once more, without hooks: activation → next-token distributions.

The same function as `Subject.upper`, with θ₀ fixed. KL divergences are what it is made for, so
the logits of a large vocabulary need never be kept.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from litmus.blocks import NORM, Blocks, Parameters, pack
from litmus.subject.checkpoint import Architecture, hook_layer

# Logits held at once: enough to keep the cores busy, few enough for their caches.
_CHUNK = 1 << 19


class Upper:
    """From the hook to the logits.

    Args:
        architecture: the subject's shape.
        hook: `blocks.L.hook_resid_pre`; layers L and up run.
        state: the subject's weights by TransformerLens's names, on the device where it shall run.
    """

    def __init__(self, architecture: Architecture, hook: str, state: Parameters) -> None:
        self.architecture = architecture
        self.layer = hook_layer(hook)
        self.blocks = Blocks(architecture)
        packed: Parameters = {}
        for i in range(self.layer, architecture.layers):
            packed |= pack(state, i, architecture)
        final = [f"ln_final.{part}" for part in NORM[architecture.normalization]]
        packed |= {name: state[name] for name in final}
        self.parameters = {name: value.unsqueeze(0) for name, value in packed.items()}
        self.unembed = state["unembed.W_U"]
        none = self.unembed.new_zeros(self.unembed.shape[1])
        self.bias = state.get("unembed.b_U", none)

    def final(self, activation: Tensor) -> Tensor:
        """What the unembedding reads, (batch, position, width), from the activation at the hook.

        `ln_final.hook_normalized` in TransformerLens's words.
        """
        x = activation.reshape(1, -1, activation.shape[-1])
        for i in range(self.layer, self.architecture.layers):
            x = self.blocks.block(self.parameters, i, x, activation.shape[-2])
        return self.blocks.normal(self.parameters, "ln_final", x).view(activation.shape)

    def logits(self, activation: Tensor) -> Tensor:
        """(batch, position, vocabulary) from activations (batch, position, width)."""
        return self.final(activation) @ self.unembed + self.bias

    def divergence(self, activation: Tensor, base: "Base") -> Tensor:
        """KL(base ‖ patched) of the next-token distributions.

        Args:
            activation: patched, (n, batch, position, width).
            base: of the unpatched run, (batch, position, …).

        Returns:
            (n, batch, position), in nats.
        """
        return self._against(activation, base)

    def rise(self, activation: Tensor, base: "Base", tokens: Tensor) -> Tensor:
        """Next-token loss of the patched run less that of the unpatched one, in nats.

        Shapes: (n, batch, position, width), (batch, position, …) and int64 (batch, position) →
        (n, batch, position − 1).
        """
        following = self.unembed.T[tokens[:, 1:]]
        clipped = Base(base.final[:, :-1], base.log_probabilities[:, :-1], following)
        # The last position attends to others but predicts nothing: cut off after the blocks.
        return self._against(activation, clipped)

    def base(self, activation: Tensor) -> "Base":
        """The unpatched run: from (batch, position, width)."""
        final = self.final(activation)
        logs = (final @ self.unembed + self.bias).log_softmax(-1)
        return Base(final, logs, logs.exp() @ self.unembed.T)

    def _against(self, activation: Tensor, base: "Base") -> Tensor:
        n, batch, _, width = activation.shape
        position = base.final.shape[1]
        final = self.final(activation.flatten(0, 1)).view(n, batch, -1, width)[:, :, :position]
        change = (final - base.final).flatten(1, 2)
        logs = base.log_probabilities.flatten(0, 1)
        held = (change * base.row.flatten(0, 1)).sum(-1)
        return (LogSumExp.apply(change, logs, self.unembed) - held).view(n, batch, position)


class Base(NamedTuple):
    """An unpatched run, to which many patched ones are compared."""

    final: Tensor
    """What the unembedding reads, (batch, position, width)."""
    log_probabilities: Tensor
    """(batch, position, vocabulary)."""
    row: Tensor
    """What the change is held against, (batch, position, width): the unembedding's columns averaged
    by the probabilities, or the following token's."""


class LogSumExp(torch.autograd.Function):
    """log Σ_v exp(log p_v + ⟨δ, u_v⟩), how far the partition function rises by δ; ∇ = Σ_v p_v u_v.

    In the difference to the base run, so that a small change loses no digits to the size of the
    logits; and with the gradient taken at once, so that no more than `_CHUNK` logits are held.
    """

    @staticmethod
    def forward(ctx: Any, change: Tensor, logs: Tensor, unembed: Tensor) -> Tensor:
        """Shapes: δ (n, tokens, width), log p (tokens, vocabulary), u (width, vocabulary)."""
        value = change.new_empty(change.shape[:2])
        wanted = ctx.needs_input_grad[0]
        gradient = torch.empty_like(change) if wanted else None
        size = max(1, _CHUNK // unembed.shape[1])
        for i in range(len(change)):
            for part in torch.arange(change.shape[1]).split(size):
                span = slice(int(part[0]), int(part[-1]) + 1)
                logits = torch.addmm(logs[span], change[i, span], unembed)
                high = logits.amax(-1, keepdim=True)
                weights = logits.sub_(high).exp_()
                total = weights.sum(-1, keepdim=True)
                value[i, span] = (total.log() + high).squeeze(-1)
                if wanted:
                    gradient[i, span] = (weights @ unembed.T).div_(total)
        if wanted:
            ctx.save_for_backward(gradient)
        return value

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None]:
        """The gradient was there all along."""
        (gradient,) = ctx.saved_tensors
        return gradient * upstream.unsqueeze(-1), None, None
