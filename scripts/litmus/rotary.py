"""Rotary positions: pairs of a head's coordinates turn by an angle that grows with the position.

    Su et al. 2021: x_a + i·x_b ↦ (x_a + i·x_b)·exp(i·t·base^(−2j/width)),   pair j, position t

so that a query and a key meet at the difference of their positions. Pairs are neighbours, as
GPT-J's, or half of `width` apart, as GPT-NeoX's and Llama's; coordinates from `width` on stay.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from litmus.subject.checkpoint import Architecture


class Angles(NamedTuple):
    """Of some positions, each (position, 1, pairs)."""

    cosine: Tensor
    sine: Tensor


@lru_cache(maxsize=16)
def angles(
    architecture: Architecture, positions: int, dtype: torch.dtype, device: torch.device
) -> Angles:
    """Of positions 0…positions − 1, in float32 and rounded like TransformerLens's."""
    pairs = architecture.rotary_width // 2
    period = architecture.rotary_base ** (torch.arange(pairs, dtype=torch.float32) / pairs)
    angle = (torch.arange(positions, dtype=torch.float32)[:, None] / period).unsqueeze(1)
    return Angles(*(each.to(device, dtype) for each in (angle.cos(), angle.sin())))


class Turn(torch.autograd.Function):
    """Heads (n, position, heads, head width), turned; what comes back is turned back."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, by: Angles, adjacent: bool) -> Tensor:
        """In x's shape."""
        ctx.by, ctx.adjacent = by, adjacent
        return _turned(x, by, adjacent)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None]:
        """By the opposite angle."""
        return _turned(upstream, Angles(ctx.by.cosine, -ctx.by.sine), ctx.adjacent), None, None


def _turned(x: Tensor, by: Angles, adjacent: bool) -> Tensor:
    width = 2 * by.cosine.shape[-1]
    first, second = _pairs(x, width, adjacent)
    out = torch.empty_like(x, memory_format=torch.contiguous_format)
    to_first, to_second = _pairs(out, width, adjacent)
    torch.mul(first, by.cosine, out=to_first).addcmul_(second, by.sine, value=-1)
    torch.mul(second, by.cosine, out=to_second).addcmul_(first, by.sine)
    out[..., width:] = x[..., width:]
    return out


def _pairs(x: Tensor, width: int, adjacent: bool) -> tuple[Tensor, Tensor]:
    """Views of x's coordinates below `width` that turn together, (…, pairs) each."""
    if adjacent:
        return x[..., 0:width:2], x[..., 1:width:2]
    return x[..., : width // 2], x[..., width // 2 : width]
