"""A transformer's blocks on plain tensors, with a leading stack axis on every parameter.

The same function as the subject's blocks, without hooks: what runs in the hot loops. W_Q, W_K and
W_V stand side by side in one matrix, for one product instead of three.
"""

import torch
from torch import Tensor
from torch.nn.functional import layer_norm, pad, scaled_dot_product_attention

from litmus.neurons import activation
from litmus.rotary import Turn, angles
from litmus.subject.checkpoint import Architecture

Parameters = dict[str, Tensor]
# A normalisation's scale and shift, where they are not folded into what follows.
NORM = {"LN": ("w", "b"), "RMS": ("w",), "LNPre": (), "RMSPre": ()}


def pack(state: Parameters, i: int, architecture: Architecture) -> Parameters:
    """Block i's parameters, each without a stack axis, from TransformerLens's names.

    `ln1.w, ln1.b, W_QKV (width, columns), b_QKV, W_O (heads·head_width, width), b_O, ln2.w, ln2.b,
    W_in, b_in, W_gate, W_out, b_out`, after `blocks.i.`, so far as the model has them. The columns
    are those of the query heads, then of the key heads, then of the value heads; b_QKV ends where
    the last of their biases does.
    """
    block = f"blocks.{i}."
    mark = "_" if architecture.key_value_heads < architecture.heads else ""
    names = [f"{block}attn.{each}" for each in ("{}_Q", f"{mark}{{}}_K", f"{mark}{{}}_V")]
    weights = [state[name.format("W")].transpose(0, 1).flatten(1) for name in names]
    packed = {block + "W_QKV": torch.cat(weights, dim=1)}
    biases = [state.get(name.format("b")) for name in names]
    while biases and biases[-1] is None:
        biases.pop()
    if biases:
        # Should queries have no bias and keys have one, theirs is zero.
        parts = [
            w.new_zeros(w.shape[1]) if b is None else b.flatten()
            for b, w in zip(biases, weights, strict=False)
        ]
        packed[block + "b_QKV"] = torch.cat(parts)
    packed[block + "W_O"] = state[block + "attn.W_O"].flatten(0, 1)
    gate = ["mlp.W_gate"] if architecture.gated else []
    for name in ("attn.b_O", "mlp.W_in", "mlp.b_in", *gate, "mlp.W_out", "mlp.b_out"):
        leaf = name.partition(".")[2]
        if leaf.startswith("W") or block + name in state:
            packed[block + leaf] = state[block + name]
    for norm in ("ln1", "ln2"):
        for part in NORM[architecture.normalization]:
            packed[f"{block}{norm}.{part}"] = state[f"{block}{norm}.{part}"]
    return packed


class Blocks:
    """The blocks of one architecture.

    In every method `parameters` are packed, each with a leading stack axis; x is the residual
    stream, (stack, batch·position, width).

    Raises:
        LitmusError: an activation function that is not computed here.
    """

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self.activation = activation(architecture.activation)

    def block(self, parameters: Parameters, i: int, x: Tensor, position: int) -> Tensor:
        """The residual stream after block i, in x's shape."""
        return self.after(parameters, i, x, self.middle(parameters, i, x, position))

    def after(self, parameters: Parameters, i: int, x: Tensor, middle: Tensor) -> Tensor:
        """The residual stream after block i's MLP, from that before the block and `middle`."""
        hidden = self.hidden(parameters, i, self.source(x, middle))
        return onto(middle, hidden, parameters, f"blocks.{i}.", "out")

    def middle(self, parameters: Parameters, i: int, x: Tensor, position: int) -> Tensor:
        """The residual stream and what block i's attention adds to it, in x's shape."""
        q, k, v = self.attending(parameters, i, x, position)
        scale, grouped = 1 / self.architecture.attention_scale, q.shape[1] > k.shape[1]
        if grouped and not in_kernel(x):
            k, v, grouped = self.shared(k), self.shared(v), False
        z = scaled_dot_product_attention(q, k, v, is_causal=True, scale=scale, enable_gqa=grouped)
        return onto(x, self.side_by_side(z, x), parameters, f"blocks.{i}.", "O")

    def attending(
        self, parameters: Parameters, i: int, x: Tensor, position: int, at: int | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Block i's queries, keys and values, each (stack·batch, its heads, position, head width).

        Args:
            at: the position where all of them stand; else the first at 0, the next at 1, …
        """
        a = self.architecture
        normal = self.normal(parameters, f"blocks.{i}.ln1", x)
        qkv = affine(normal, parameters, f"blocks.{i}.", "QKV")
        heads = qkv.view(-1, position, a.heads + 2 * a.key_value_heads, a.head_width)
        if a.positions == "rotary":
            by = angles(a, position if at is None else at + 1, x.dtype, x.device)
            turning, v = heads.split([a.heads + a.key_value_heads, a.key_value_heads], 2)
            by = by if at is None else type(by)(by.cosine[at:], by.sine[at:])
            turned = Turn.apply(turning, by, a.rotary_adjacent)
            q, k = turned.split([a.heads, a.key_value_heads], 2)
        else:
            q, k, v = heads.split([a.heads, a.key_value_heads, a.key_value_heads], 2)
        return q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)

    def shared(self, x: Tensor) -> Tensor:
        """Keys or values once for every query head: (n, heads, position, head width)."""
        group = self.architecture.heads // self.architecture.key_value_heads
        return x if group == 1 else x.repeat_interleave(group, 1)

    def side_by_side(self, z: Tensor, x: Tensor) -> Tensor:
        """(stack·batch, heads, position, head width) → (stack, batch·position, all heads)."""
        return z.transpose(1, 2).reshape(*x.shape[:2], -1)

    def source(self, x: Tensor, middle: Tensor) -> Tensor:
        """What the MLP of a block reads: x before the block, or the stream after its attention."""
        return x if self.architecture.parallel else middle

    def hidden(self, parameters: Parameters, i: int, x: Tensor) -> Tensor:
        """Block i's MLP neurons after the nonlinearity: (stack, batch·position, mlp_width)."""
        return self.fired(parameters, i, self.reached(parameters, i, x))

    def reached(self, parameters: Parameters, i: int, x: Tensor) -> Parameters:
        """What reaches block i's neurons through each of its matrices, by their names."""
        normal, block = self.normal(parameters, f"blocks.{i}.ln2", x), f"blocks.{i}."
        if not self.architecture.gated:
            return {"W_in": affine(normal, parameters, block, "in")}
        return {name: torch.bmm(normal, parameters[block + name]) for name in ("W_gate", "W_in")}

    def fired(self, parameters: Parameters, i: int, reached: Parameters) -> Tensor:
        """The neurons, from what reaches them; a gated MLP's b_in comes last."""
        if not self.architecture.gated:
            return self.activation(reached["W_in"])
        neurons = self.activation(reached["W_gate"]) * reached["W_in"]
        bias = parameters.get(f"blocks.{i}.b_in")
        return neurons if bias is None else neurons + bias.unsqueeze(1)

    def normal(self, parameters: Parameters, name: str, x: Tensor) -> Tensor:
        """x after the normalisation called `name`, whose scale and shift may be folded away."""
        normal = self.unscaled(x)
        for part in NORM[self.architecture.normalization]:
            value = parameters[f"{name}.{part}"].unsqueeze(1)
            normal = normal * value if part == "w" else normal + value
        return normal

    def unscaled(self, x: Tensor) -> Tensor:
        """x after a normalisation without scale and shift."""
        epsilon = self.architecture.epsilon
        if self.architecture.normalization.startswith("RMS"):
            return x * (x.square().mean(-1, keepdim=True) + epsilon).rsqrt()
        return layer_norm(x, x.shape[-1:], eps=epsilon)


def in_kernel(x: Tensor) -> bool:
    """Whether attention's kernel shares the keys: on a CPU in three quarters of the time; elsewhere
    they are repeated, which every kernel takes."""
    return x.is_cpu


def affine(x: Tensor, parameters: Parameters, block: str, name: str) -> Tensor:
    """x·W + b over a stack: (stack, n, in), (stack, in, out), (stack, out) → (stack, n, out).

    A bias that is missing, or ends early, is zero from there on.
    """
    weight, bias = parameters[f"{block}W_{name}"], parameters.get(f"{block}b_{name}")
    if bias is None:
        return torch.bmm(x, weight)
    if missing := weight.shape[-1] - bias.shape[-1]:
        bias = pad(bias, (0, missing))
    return torch.baddbmm(bias.unsqueeze(1), x, weight)


def onto(stream: Tensor, x: Tensor, parameters: Parameters, block: str, name: str) -> Tensor:
    """stream + x·W + b over a stack, in the stream's shape."""
    weight, bias = parameters[f"{block}W_{name}"], parameters.get(f"{block}b_{name}")
    if bias is None:
        return torch.baddbmm(stream, x, weight)
    return (stream + bias.unsqueeze(1)).baddbmm_(x, weight)
