"""Rotary positions against complex numbers and TransformerLens's own."""

import math

import pytest
import torch

import tiny
from litmus.rotary import Angles, Turn, angles
from litmus.subject import adapter
from litmus.subject.checkpoint import Architecture

ADJACENT = pytest.mark.parametrize("adjacent", [False, True])
WIDTHS = pytest.mark.parametrize("width", [2, 6, 8])


def rotary(width, adjacent, base=30.0):
    """Two heads of width 8, `width` of whose coordinates turn."""
    return Architecture(
        **dict(layers=1, width=16, heads=2, mlp_width=4, context=tiny.CONTEXT, vocabulary=3),
        **dict(positions="rotary", rotary_width=width, rotary_adjacent=adjacent, rotary_base=base),
    )


def heads():
    """(batch, position, heads, head width)."""
    stream = torch.Generator().manual_seed(0)
    return torch.randn(3, tiny.CONTEXT, 2, 8, generator=stream, dtype=torch.float64)


def angles_of(architecture):
    """Of every position of the context, in float64."""
    return angles(architecture, tiny.CONTEXT, torch.float64, torch.device("cpu"))


@WIDTHS
@ADJACENT
def test_it_is_transformer_lenss(width, adjacent):
    """Neighbours or halves; all of a head or its first coordinates."""
    architecture = rotary(width, adjacent)
    attention = adapter.build(architecture).to(torch.float64).blocks[0].attn
    ours = Turn.apply(heads(), angles_of(architecture), adjacent)
    torch.testing.assert_close(ours, attention.apply_rotary(heads()), atol=1e-12, rtol=0)


@ADJACENT
def test_pairs_are_complex_numbers_that_turn(adjacent):
    """By position × base^(−pair/pairs)."""
    x = heads()
    ours = Turn.apply(x, angles_of(rotary(6, adjacent)), adjacent)
    for pair in range(3):
        a, b = (2 * pair, 2 * pair + 1) if adjacent else (pair, pair + 3)
        for t in range(tiny.CONTEXT):
            by = complex(math.cos(t * 30 ** (-pair / 3)), math.sin(t * 30 ** (-pair / 3)))
            turned = torch.complex(x[:, t, :, a], x[:, t, :, b]) * by
            expected = torch.stack([turned.real, turned.imag], -1)
            torch.testing.assert_close(ours[:, t, :, [a, b]], expected, atol=1e-6, rtol=0)
    assert torch.equal(ours[..., 6:], x[..., 6:])


@WIDTHS
@ADJACENT
def test_its_gradient_is_that_of_finite_differences(width, adjacent):
    """Turned back by hand."""
    by = angles_of(rotary(width, adjacent))
    x = heads()[:1].requires_grad_()
    assert torch.autograd.gradcheck(lambda x: Turn.apply(x, by, adjacent), x)


@ADJACENT
def test_a_query_meets_a_key_at_the_difference_of_their_positions(adjacent):
    """Their product is the same two positions on."""
    by = angles_of(rotary(8, adjacent))
    q, k = heads()[:2, :1]

    def product(at_query, at_key):
        turned = [
            Turn.apply(x[None], Angles(*(part[t : t + 1] for part in by)), adjacent)
            for x, t in ((q, at_query), (k, at_key))
        ]
        return (turned[0] * turned[1]).sum(-1)

    torch.testing.assert_close(product(3, 1), product(5, 3), atol=1e-6, rtol=0)
    assert (product(3, 1) - product(3, 2)).abs().max() > 0.1
