"""A transformer's blocks on plain tensors, with a leading stack axis on every parameter.

The same function as the subject's blocks, without hooks: what runs in the hot loops. W_Q, W_K and
W_V stand side by side in one matrix, for one product instead of three.
"""

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import layer_norm, scaled_dot_product_attention

from litmus.subject.checkpoint import Architecture

Parameters = dict[str, Tensor]


def pack(state: Parameters, i: int, architecture: Architecture) -> Parameters:
    """Block i's parameters, each without a stack axis, from TransformerLens's names.

    `ln1.w, ln1.b, W_QKV (width, 3·width), b_QKV, W_O (width, width), b_O, ln2.w, ln2.b, W_in, b_in,
    W_out, b_out`, after `blocks.i.`; no ln where LayerNorm is folded.
    """
    block = f"blocks.{i}."
    qkv = [state[f"{block}attn.W_{x}"] for x in "QKV"]
    packed = {
        block + "W_QKV": torch.cat([w.transpose(0, 1).flatten(1) for w in qkv], dim=1),
        block + "b_QKV": torch.cat([state[f"{block}attn.b_{x}"].flatten() for x in "QKV"]),
        block + "W_O": state[block + "attn.W_O"].flatten(0, 1),
        block + "b_O": state[block + "attn.b_O"],
    }
    for name in ("W_in", "b_in", "W_out", "b_out"):
        packed[block + name] = state[f"{block}mlp.{name}"]
    if architecture.normalization == "LN":
        for name in ("ln1.w", "ln1.b", "ln2.w", "ln2.b"):
            packed[block + name] = state[block + name]
    return packed


class Blocks:
    """The blocks of one architecture.

    In every method `parameters` are packed, each with a leading stack axis; x is the residual
    stream, (stack, batch·position, width).
    """

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture

    def block(self, parameters: Parameters, i: int, x: Tensor, position: int) -> Tensor:
        """The residual stream after block i, in x's shape."""
        x = self.middle(parameters, i, x, position)
        return x + affine(self.hidden(parameters, i, x), parameters, f"blocks.{i}.", "out")

    def middle(self, parameters: Parameters, i: int, x: Tensor, position: int) -> Tensor:
        """The residual stream between attention and MLP of block i, in x's shape."""
        stack, heads = x.shape[0], self.architecture.heads
        normal = self.normal(parameters, f"blocks.{i}.ln1", x)
        qkv = affine(normal, parameters, f"blocks.{i}.", "QKV")
        q, k, v = qkv.view(-1, position, 3, heads, x.shape[-1] // heads).permute(2, 0, 3, 1, 4)
        z = scaled_dot_product_attention(q, k, v, is_causal=True, scale=1 / math.sqrt(q.shape[-1]))
        z = z.transpose(1, 2).reshape(stack, -1, x.shape[-1])
        return x + affine(z, parameters, f"blocks.{i}.", "O")

    def hidden(self, parameters: Parameters, i: int, x: Tensor) -> Tensor:
        """Block i's MLP neurons after the nonlinearity: (stack, batch·position, mlp_width)."""
        normal = self.normal(parameters, f"blocks.{i}.ln2", x)
        return GELU.apply(affine(normal, parameters, f"blocks.{i}.", "in"))

    def normal(self, parameters: Parameters, name: str, x: Tensor) -> Tensor:
        """x after the LayerNorm called `name`, whose weights may be folded away."""
        normal = layer_norm(x, x.shape[-1:], eps=self.architecture.epsilon)
        if self.architecture.normalization == "LN":
            scale, shift = parameters[name + ".w"], parameters[name + ".b"]
            normal = normal * scale.unsqueeze(1) + shift.unsqueeze(1)
        return normal


class GELU(torch.autograd.Function):
    """GPT-2's GELU, ½x(1 + tanh u) = x·σ(2u), u = √(2/π)·(x + 0.044715·x³), of any shape.

    By the logistic function, which costs a sixth of torch's tanh on a CPU, in half the time.
    """

    LINEAR, CUBIC = 2 * math.sqrt(2 / math.pi), 2 * math.sqrt(2 / math.pi) * 0.044715

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """x·σ(2u)."""
        share = torch.addcmul(x.new_tensor(GELU.LINEAR), x, x, value=GELU.CUBIC).mul_(x).sigmoid_()
        ctx.save_for_backward(x, share)
        return x * share

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        """σ + x·σ·(1 − σ)·2u′."""
        x, share = ctx.saved_tensors
        slope = torch.addcmul(x.new_tensor(GELU.LINEAR), x, x, value=3 * GELU.CUBIC).mul_(x)
        slope.addcmul_(slope, share, value=-1)
        return slope.mul_(share).add_(share).mul_(upstream)


def affine(x: Tensor, parameters: Parameters, block: str, name: str) -> Tensor:
    """x·W + b over a stack: (stack, n, in), (stack, in, out), (stack, out) → (stack, n, out)."""
    weight, bias = parameters[f"{block}W_{name}"], parameters[f"{block}b_{name}"]
    return torch.baddbmm(bias.unsqueeze(1), x, weight)
