"""The lower half of the subject once more, with a leading axis over chains on every parameter.

The same function as `Subject.lower`, written so that many differently perturbed copies of the
parameters run at once: every weight is (stack, …) and matrix products are batched over the stack.
"""

from typing import Any

import torch
from torch import Tensor

from litmus.blocks import Blocks, Parameters, pack
from litmus.subject.checkpoint import Architecture, hook_layer

__all__ = ["Parameters", "StackedLower"]


class StackedLower:
    """Tokens → activation, or its projection, under a stack of parameters.

    Args:
        architecture: the subject's shape.
        hook: `blocks.L.hook_resid_pre`; layers 0…L−1 run.
    """

    def __init__(self, architecture: Architecture, hook: str) -> None:
        self.architecture = architecture
        self.layer = hook_layer(hook)
        self.blocks = Blocks(architecture)

    def pack(self, state: Parameters) -> Parameters:
        """The parameters below the hook, each without a stack axis, from TransformerLens's names.

        `W_E`, `W_pos` where positions are learned, and those of each block as `blocks.pack` names
        them.
        """
        packed = {"W_E": state["embed.W_E"]}
        if self.architecture.positions == "standard":
            packed["W_pos"] = state["pos_embed.W_pos"]
        for i in range(self.layer):
            packed |= pack(state, i, self.architecture)
        return packed

    def activations(self, parameters: Parameters, tokens: Tensor) -> Tensor:
        """Activations at the hook.

        Args:
            parameters: packed, each with a leading stack axis.
            tokens: int64 (stack, batch, position).

        Returns:
            (stack, batch, position, width).
        """
        x = self.embed(parameters, tokens)
        for i in range(self.layer):
            x = self.blocks.block(parameters, i, x, tokens.shape[-1])
        return x.unflatten(1, tokens.shape[1:])

    def projections(self, parameters: Parameters, tokens: Tensor, vectors: Tensor) -> Tensor:
        """Projections ⟨a, v⟩ of the activations at the hook on one vector each.

        The last block's W_out meets the activations only through W_out·v, so that its product,
        a sixth of the work of two blocks, is one with a vector.

        Args:
            parameters: packed, each with a leading stack axis.
            tokens: int64 (stack, batch, position).
            vectors: (stack, width).

        Returns:
            (stack, batch, position).
        """
        last, block = self.layer - 1, f"blocks.{self.layer - 1}."
        x = self.embed(parameters, tokens)
        for i in range(last):
            x = self.blocks.block(parameters, i, x, tokens.shape[-1])
        middle = self.blocks.middle(parameters, last, x, tokens.shape[-1])
        hidden = self.blocks.hidden(parameters, last, self.blocks.source(x, middle))
        through = Dot.apply(parameters[block + "W_out"], vectors)
        p = Dot.apply(middle, vectors) + Dot.apply(hidden, through)
        if block + "b_out" in parameters:
            p = p + Dot.apply(parameters[block + "b_out"].unsqueeze(1), vectors)
        return p.unflatten(1, tokens.shape[1:])

    def embed(self, parameters: Parameters, tokens: Tensor) -> Tensor:
        """The residual stream before the first block: (stack, batch·position, width)."""
        stack, batch, position = tokens.shape
        table = parameters["W_E"]
        # One lookup in the stacked tables laid end to end: its backward is a fused scatter-add.
        shift = torch.arange(stack, device=tokens.device).view(-1, 1, 1) * table.shape[1]
        embedded = torch.nn.functional.embedding(tokens + shift, table.flatten(0, 1))
        if "W_pos" in parameters:
            embedded = embedded + parameters["W_pos"][:, :position].unsqueeze(1)
        return embedded.view(stack, batch * position, -1)


class Dot(torch.autograd.Function):
    """x·v over a stack: (stack, n, width), (stack, width) → (stack, n).

    What torch's batched product does at a matrix's width costs it a tenth to a quarter of the time:
    a vector is no matrix of one column to be multiplied by its kernels.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, v: Tensor) -> Tensor:
        """Σ xᵢ·vᵢ."""
        ctx.save_for_backward(x, v)
        return torch.bmm(v.unsqueeze(1), x.mT).squeeze(1)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor | None, Tensor | None]:
        """upstream·v for x, and Σ upstream·x for v."""
        x, v = ctx.saved_tensors
        for_x, for_v = ctx.needs_input_grad
        return (
            upstream.unsqueeze(-1) * v.unsqueeze(1) if for_x else None,
            torch.bmm(upstream.unsqueeze(1), x).squeeze(1) if for_v else None,
        )
