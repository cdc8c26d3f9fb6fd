"""Which weights move, against devinterp's masks on a HookedTransformer."""

import pytest
import torch
from devinterp.slt.weight_restrictions import create_param_masks

import tiny
from litmus.errors import LitmusError
from litmus.restriction import restrict
from litmus.stacked import StackedLower
from litmus.subject import adapter

BELOW = 2  # blocks below tiny.HOOK
ONE = ["full", "embed", "l0", "l1", "l0 attn", "l1 mlp", "l0h0", "l0h1", "l1h1"]
SEVERAL = ["l0h0+l0h1", "l0h1 + l1 mlp", "embed+l0h1+l0 attn", "l1h0+l0+embed"]


@pytest.fixture(scope="module", params=["none", "folded"])
def packed(request):
    """A subject with or without LayerNorm's weights: architecture, lower half, packed weights."""
    architecture, weights = tiny.subject(request.param)
    lower = StackedLower(architecture, tiny.HOOK)
    return architecture, lower, lower.pack(weights)


def asked(packed, name):
    """`restrict` by this name."""
    architecture, _, weights = packed
    return restrict(weights, architecture, BELOW, name, "metrics.llc.weights")


def theirs(packed, name):
    """1 for each packed weight that devinterp lets move: its masks, packed."""
    architecture, lower, _ = packed
    model = adapter.build(architecture)
    parts = name.split("+")
    masks = create_param_masks(model, [p.strip() for p in parts] if len(parts) > 1 else name)
    state = {}
    for parameter, value in adapter.weights(model).items():
        mask = masks.get(parameter, torch.zeros(value.shape))
        state[parameter] = torch.ones_like(value) if mask is None else mask.to(value)
    return lower.pack(state)


@pytest.mark.parametrize("name", [*ONE, *SEVERAL])
def test_what_moves_is_what_devinterp_lets_move(packed, name):
    """Element by element, for every packed parameter."""
    _, fixed, masks = asked(packed, name)
    for parameter, expected in theirs(packed, name).items():
        if parameter in fixed:
            ours = torch.zeros_like(expected)
        else:
            ours = masks.get(parameter, torch.ones_like(expected)).to(expected)
        assert torch.equal(ours, expected), parameter


@pytest.mark.parametrize("name", [*ONE, *SEVERAL])
def test_every_parameter_is_in_one_part_with_its_values(packed, name):
    """What moves and what does not is what was packed; masks are for what moves in part."""
    moving, fixed, masks = asked(packed, name)
    assert moving
    assert {**moving, **fixed}.keys() == packed[2].keys()
    assert moving.keys().isdisjoint(fixed)
    assert all(value is packed[2][parameter] for parameter, value in {**moving, **fixed}.items())
    for parameter, mask in masks.items():
        assert mask.shape == moving[parameter].shape
        assert 0 < mask.sum() < mask.numel()


def test_a_head_by_hand(packed):
    """Width 8 in two heads: columns 4…7 of each third, rows 4…7 of W_O, no b_O."""
    moving, _, masks = asked(packed, "l0h1")
    assert set(moving) == set(masks) == {f"blocks.0.{leaf}" for leaf in ("W_QKV", "b_QKV", "W_O")}
    columns = [4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23]
    assert masks["blocks.0.b_QKV"].nonzero().flatten().tolist() == columns
    assert masks["blocks.0.W_QKV"].all(0).nonzero().flatten().tolist() == columns
    assert masks["blocks.0.W_QKV"].any(0).nonzero().flatten().tolist() == columns
    assert masks["blocks.0.W_O"].all(1).nonzero().flatten().tolist() == [4, 5, 6, 7]
    assert masks["blocks.0.W_O"].any(1).nonzero().flatten().tolist() == [4, 5, 6, 7]


def test_all_heads_need_no_mask(packed):
    """Their union moves W_QKV, b_QKV and W_O as wholes."""
    moving, _, masks = asked(packed, "l1h0+l1h1")
    assert len(moving) == 3
    assert masks == {}


@pytest.mark.parametrize("name", ["L0H1", "l0 h1", " l0h1 ", "l0h1+l0h1"])
def test_spelling(packed, name):
    """Case, spaces and repetition do not matter."""
    _, _, masks = asked(packed, name)
    _, _, plain = asked(packed, "l0h1")
    assert masks.keys() == plain.keys()
    assert all(torch.equal(masks[parameter], plain[parameter]) for parameter in plain)


@pytest.mark.parametrize(
    "name, wrong",
    [
        ("l2", "l2"),
        ("l2h0", "l2h0"),
        ("l0h2", "l0h2"),
        ("l7 attn", "l7 attn"),
        ("unembed", "unembed"),
        ("l0 norm", "l0 norm"),
        ("", ""),
        ("l0+", ""),
        ("full+l0", "full"),
        ("l0h1 + blocks.0", "blocks.0"),
    ],
)
def test_a_name_of_nothing_below_the_hook(packed, name, wrong):
    """The key, what was found, which part of it is wrong, and what is valid."""
    with pytest.raises(LitmusError) as raised:
        asked(packed, name)
    sentence = str(raised.value)
    assert sentence.startswith(f"metrics.llc.weights: found {name!r}, but {wrong!r} names")
    assert "layers from 0 to 1 and heads from 0 to 1" in sentence
