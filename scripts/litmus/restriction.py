"""Which weights move: devinterp's names for parts of a transformer, on packed parameters.

`full` · `embed` (the token embedding alone) · `l0` (all of a block) · `l0 attn` · `l0 mlp` (W_gate
included, without normalisation) · `l0h1` (a head's W_Q, W_K, W_V, their biases and W_O, but not
b_O, which all heads share) · several joined by `+`, such as `l0h1 + l1 mlp`. As
`create_param_masks` of devinterp.slt.weight_restrictions reads them, where a list stands for the
`+`. Where several query heads share a key and value head, each of them moves it along with its own
W_Q and W_O.
"""

import re

import torch

from litmus.errors import LitmusError
from litmus.stacked import Parameters
from litmus.subject.checkpoint import Architecture

PARTS = {
    "attn": ("W_QKV", "b_QKV", "W_O", "b_O"),
    "mlp": ("W_in", "b_in", "W_gate", "W_out", "b_out"),
}
_NAME = re.compile(r"l(\d+)(?:\s+(attn|mlp)|\s*h(\d+))?")


def restrict(
    packed: Parameters, architecture: Architecture, layers_below: int, name: str, key: str
) -> tuple[Parameters, Parameters, Parameters]:
    """The packed parameters, parted into those that move and those that do not.

    Args:
        packed: of `StackedLower.pack`, each without a stack axis.
        architecture: the subject's shape.
        layers_below: how many blocks lie below the hook.
        name: which weights move.
        key: of the config, for the sentence.

    Returns:
        Those that move at least in part; the others; and for each that moves in part which of its
        elements do, bool of its shape.

    Raises:
        LitmusError: a name that matches no weight below the hook.
    """
    names = [" ".join(part.lower().split()) for part in name.split("+")]
    if names == ["full"]:
        return dict(packed), {}, {}
    masks: Parameters = {}
    for one in names:
        for parameter, mask in _moving(packed, architecture, layers_below, one, (key, name)):
            masks[parameter] = masks.get(parameter, torch.zeros_like(mask)) | mask
    moving = {n: value for n, value in packed.items() if n in masks}
    fixed = {n: value for n, value in packed.items() if n not in masks}
    return moving, fixed, {n: masks[n] for n in moving if not masks[n].all()}


def _moving(
    packed: Parameters,
    architecture: Architecture,
    layers_below: int,
    name: str,
    asked: tuple[str, str],
) -> list[tuple[str, torch.Tensor]]:
    """Each parameter that one name touches, and which of its elements move."""
    if name == "embed":
        return [("W_E", _all(packed["W_E"]))]
    match = _NAME.fullmatch(name)
    layer, part, head = match.groups() if match else (None, None, None)
    if layer is None or int(layer) >= layers_below or int(head or 0) >= architecture.heads:
        key, found = asked
        raise LitmusError(
            f"{key}: found {found!r}, but {name!r} names no weights below the hook; valid are "
            f"'full', or any of 'embed', 'l0', 'l0 attn', 'l0 mlp', 'l0h0' joined by '+', with "
            f"layers from 0 to {layers_below - 1} and heads from 0 to {architecture.heads - 1}"
        )
    block = f"blocks.{int(layer)}."
    if head is not None:
        inner, columns = _of_head(architecture, int(head))
        masks = {"W_QKV": columns, "b_QKV": columns, "W_O": inner[:, None]}
        if (bias := packed.get(block + "b_QKV")) is not None:
            masks["b_QKV"] = columns[: len(bias)]  # it may end before the values
        there = {block + leaf: mask for leaf, mask in masks.items() if block + leaf in packed}
        return [(n, _all(packed[n]) & mask.to(packed[n].device)) for n, mask in there.items()]
    leaves = PARTS.get(part)
    return [
        (parameter, _all(value))
        for parameter, value in packed.items()
        if parameter.startswith(block)
        and (leaves is None or parameter.removeprefix(block) in leaves)
    ]


def _all(value: torch.Tensor) -> torch.Tensor:
    return torch.ones_like(value, dtype=torch.bool)


def _of_head(architecture: Architecture, head: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Which of the attention's inner coordinates, and of W_QKV's columns, belong to `head`."""
    width, groups = architecture.head_width, architecture.key_value_heads
    inner = torch.arange(architecture.heads * width) // width == head
    shared = torch.arange(groups * width) // width == head // (architecture.heads // groups)
    return inner, torch.cat([inner, shared, shared])
