"""The lower half of the subject once more, with a leading axis over chains on every parameter.

The same function as `Subject.lower`, written so that many differently perturbed copies of the
parameters run at once: every weight is (stack, …) and matrix products are batched over the stack.
W_Q, W_K and W_V stand side by side in one matrix, for one product instead of three.
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import gelu, layer_norm, scaled_dot_product_attention

from litmus.subject.checkpoint import Architecture, hook_layer

Parameters = dict[str, Tensor]


class StackedLower:
    """Tokens → activation, or its projection, under a stack of parameters.

    Args:
        architecture: the subject's shape.
        hook: `blocks.L.hook_resid_pre`; layers 0…L−1 run.
    """

    def __init__(self, architecture: Architecture, hook: str) -> None:
        self.architecture = architecture
        self.layer = hook_layer(hook)

    def pack(self, state: dict[str, Tensor]) -> Parameters:
        """The parameters below the hook, each without a stack axis, from TransformerLens's names.

        Per block: `ln1.w, ln1.b, W_QKV (width, 3·width), b_QKV, W_O (width, width), b_O, ln2.w,
        ln2.b, W_in, b_in, W_out, b_out` (no ln where LayerNorm is folded); and `W_E`, `W_pos`.
        """
        packed = {"W_E": state["embed.W_E"], "W_pos": state["pos_embed.W_pos"]}
        for i in range(self.layer):
            block = f"blocks.{i}."
            qkv = [state[f"{block}attn.W_{x}"] for x in "QKV"]
            packed[block + "W_QKV"] = torch.cat([w.transpose(0, 1).flatten(1) for w in qkv], dim=1)
            packed[block + "b_QKV"] = torch.cat(
                [state[f"{block}attn.b_{x}"].flatten() for x in "QKV"]
            )
            packed[block + "W_O"] = state[block + "attn.W_O"].flatten(0, 1)
            packed[block + "b_O"] = state[block + "attn.b_O"]
            for name in ("W_in", "b_in", "W_out", "b_out"):
                packed[block + name] = state[f"{block}mlp.{name}"]
            if self.architecture.normalization == "LN":
                for name in ("ln1.w", "ln1.b", "ln2.w", "ln2.b"):
                    packed[block + name] = state[block + name]
        return packed

    def activations(self, parameters: Parameters, tokens: Tensor) -> Tensor:
        """Activations at the hook.

        Args:
            parameters: packed, each with a leading stack axis.
            tokens: int64 (stack, batch, position).

        Returns:
            (stack, batch, position, width).
        """
        x = self._embed(parameters, tokens)
        for i in range(self.layer):
            x = x + self._attention(parameters, i, x, tokens.shape)
            hidden = self._hidden(parameters, i, x)
            x = x + _affine(hidden, parameters, f"blocks.{i}.W_out", f"blocks.{i}.b_out")
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
        last = self.layer - 1
        x = self._embed(parameters, tokens)
        for i in range(self.layer):
            x = x + self._attention(parameters, i, x, tokens.shape)
            hidden = self._hidden(parameters, i, x)
            if i < last:
                x = x + _affine(hidden, parameters, f"blocks.{i}.W_out", f"blocks.{i}.b_out")
        v = vectors.unsqueeze(-1)
        out = torch.bmm(parameters[f"blocks.{last}.W_out"], v)
        offset = torch.bmm(parameters[f"blocks.{last}.b_out"].unsqueeze(1), v)
        p = torch.bmm(x, v) + torch.baddbmm(offset, hidden, out)
        return p.squeeze(-1).unflatten(1, tokens.shape[1:])

    def _embed(self, parameters: Parameters, tokens: Tensor) -> Tensor:
        stack, batch, position = tokens.shape
        table = parameters["W_E"]
        # One lookup in the stacked tables laid end to end: its backward is a fused scatter-add.
        shift = torch.arange(stack, device=tokens.device).view(-1, 1, 1) * table.shape[1]
        embedded = torch.nn.functional.embedding(tokens + shift, table.flatten(0, 1))
        places = parameters["W_pos"][:, :position].unsqueeze(1)
        return (embedded + places).view(stack, batch * position, -1)

    def _attention(self, parameters: Parameters, i: int, x: Tensor, shape: torch.Size) -> Tensor:
        stack, batch, position = shape
        heads = self.architecture.heads
        normal = self._normal(parameters, f"blocks.{i}.ln1", x)
        qkv = _affine(normal, parameters, f"blocks.{i}.W_QKV", f"blocks.{i}.b_QKV")
        q, k, v = qkv.view(stack * batch, position, 3, heads, -1).permute(2, 0, 3, 1, 4)
        z = scaled_dot_product_attention(q, k, v, is_causal=True, scale=1 / math.sqrt(q.shape[-1]))
        z = z.transpose(1, 2).reshape(stack, batch * position, -1)
        return _affine(z, parameters, f"blocks.{i}.W_O", f"blocks.{i}.b_O")

    def _hidden(self, parameters: Parameters, i: int, x: Tensor) -> Tensor:
        normal = self._normal(parameters, f"blocks.{i}.ln2", x)
        into = _affine(normal, parameters, f"blocks.{i}.W_in", f"blocks.{i}.b_in")
        return gelu(into, approximate="tanh")

    def _normal(self, parameters: Parameters, name: str, x: Tensor) -> Tensor:
        normal = layer_norm(x, x.shape[-1:], eps=self.architecture.epsilon)
        if self.architecture.normalization == "LN":
            scale, shift = parameters[name + ".w"], parameters[name + ".b"]
            normal = normal * scale.unsqueeze(1) + shift.unsqueeze(1)
        return normal


def _affine(x: Tensor, parameters: Parameters, weight: str, bias: str) -> Tensor:
    """x·W + b over a stack: (stack, n, in), (stack, in, out), (stack, out) → (stack, n, out)."""
    return torch.baddbmm(parameters[bias].unsqueeze(1), x, parameters[weight])
