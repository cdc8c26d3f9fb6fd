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


@pytest.fixture(scope="module", params=tiny.FAMILIES)
def packed(request):
    """A subject of a family: architecture, lower half, packed weights."""
    architecture, weights = tiny.member(request.param)
    lower = StackedLower(architecture, tiny.HOOK)
    return architecture, lower, lower.pack(weights)


@pytest.fixture(scope="module")
def gpt2():
    """A GPT-2."""
    architecture, weights = tiny.member("gpt2")
    lower = StackedLower(architecture, tiny.HOOK)
    return architecture, lower, lower.pack(weights)


def asked(packed, name):
    """`restrict` by this name."""
    architecture, _, weights = packed
    return restrict(weights, architecture, BELOW, name, "metrics.llc.weights")


def theirs(packed, name):
    """1 for each packed weight that devinterp lets move: its masks, packed."""
    architecture, lower, found = packed
    model = adapter.build(architecture)
    parts = name.split("+")
    masks = create_param_masks(model, [p.strip() for p in parts] if len(parts) > 1 else name)
    state = {}
    for parameter, value in adapter.weights(model).items():
        mask = masks.get(parameter, torch.zeros(value.shape))
        state[parameter] = torch.ones_like(value) if mask is None else mask.to(value)
    # The HookedTransformer has biases that the family lacks, behind those that it has.
    whole = lower.pack(state)
    return {n: whole[n][..., : value.shape[-1]] for n, value in found.items()}


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


def test_a_head_by_hand(gpt2):
    """Width 8 in two heads: columns 4…7 of each third, rows 4…7 of W_O, no b_O."""
    moving, _, masks = asked(gpt2, "l0h1")
    assert set(moving) == set(masks) == {f"blocks.0.{leaf}" for leaf in ("W_QKV", "b_QKV", "W_O")}
    columns = [4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23]
    assert masks["blocks.0.b_QKV"].nonzero().flatten().tolist() == columns
    assert masks["blocks.0.W_QKV"].all(0).nonzero().flatten().tolist() == columns
    assert masks["blocks.0.W_QKV"].any(0).nonzero().flatten().tolist() == columns
    assert masks["blocks.0.W_O"].all(1).nonzero().flatten().tolist() == [4, 5, 6, 7]
    assert masks["blocks.0.W_O"].any(1).nonzero().flatten().tolist() == [4, 5, 6, 7]


def test_a_shared_key_and_value_head_by_hand():
    """Heads 2 and 3 of four share the second of two: the keys' columns 20…23, the values' 28…31."""
    architecture, weights = tiny.member("qwen2")
    lower = StackedLower(architecture, tiny.HOOK)
    packed = architecture, lower, lower.pack(weights)
    for name, own in [("l0h2", range(8, 12)), ("l0h3", range(12, 16))]:
        moving, _, masks = asked(packed, name)
        assert set(moving) == {f"blocks.0.{leaf}" for leaf in ("W_QKV", "b_QKV", "W_O")}
        columns = [*own, *range(20, 24), *range(28, 32)]
        assert masks["blocks.0.b_QKV"].nonzero().flatten().tolist() == columns
        assert masks["blocks.0.W_QKV"].all(0).nonzero().flatten().tolist() == columns
        assert masks["blocks.0.W_QKV"].any(0).nonzero().flatten().tolist() == columns
        assert masks["blocks.0.W_O"].all(1).nonzero().flatten().tolist() == list(own)


def test_a_gated_mlp_moves_its_gate():
    """Three matrices; Llama's has no biases."""
    architecture, weights = tiny.member("llama")
    lower = StackedLower(architecture, tiny.HOOK)
    moving, _, masks = asked((architecture, lower, lower.pack(weights)), "l1 mlp")
    assert set(moving) == {f"blocks.1.{leaf}" for leaf in ("W_in", "W_gate", "W_out")}
    assert masks == {}


def test_all_heads_need_no_mask(gpt2):
    """Their union moves W_QKV, b_QKV and W_O as wholes."""
    moving, _, masks = asked(gpt2, "l1h0+l1h1")
    assert len(moving) == 3
    assert masks == {}


@pytest.mark.parametrize("name", ["L0H1", "l0 h1", " l0h1 ", "l0h1+l0h1"])
def test_spelling(gpt2, name):
    """Case, spaces and repetition do not matter."""
    _, _, masks = asked(gpt2, name)
    _, _, plain = asked(gpt2, "l0h1")
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
def test_a_name_of_nothing_below_the_hook(gpt2, name, wrong):
    """The key, what was found, which part of it is wrong, and what is valid."""
    with pytest.raises(LitmusError) as raised:
        asked(gpt2, name)
    sentence = str(raised.value)
    assert sentence.startswith(f"metrics.llc.weights: found {name!r}, but {wrong!r} names")
    assert "layers from 0 to 1 and heads from 0 to 1" in sentence
