"""The blocks on plain tensors against TransformerLens's, one by one and inside."""

import pytest
import torch

import tiny
from litmus.blocks import Blocks, affine, pack
from litmus.subject.adapter import Subject

POSITIONS, BATCH, STACK = 5, 4, 3


@pytest.fixture(scope="module", params=["none", "folded"])
def case(request):
    """Three sets of weights of one subject: its blocks, stacked parameters, HookedTransformers."""
    architecture, weights = tiny.subject(request.param)
    copies = [tiny.moved(weights, scale=0.1, seed=seed) for seed in range(STACK)]
    models = [Subject(architecture, copy, tiny.HOOK).model.to(torch.float64) for copy in copies]
    packed = [pack(copy, 1, architecture) for copy in copies]
    parameters = {name: torch.stack([p[name] for p in packed]).double() for name in packed[0]}
    return Blocks(architecture), parameters, models


def residual():
    """A residual stream for each of the copies: (stack, batch, position, width)."""
    stream = torch.Generator().manual_seed(5)
    return torch.randn(STACK, BATCH, POSITIONS, 8, generator=stream, dtype=torch.float64)


def test_a_block_is_that_of_transformer_lens(case):
    """Each copy of block 1 on a residual stream of its own."""
    blocks, parameters, models = case
    x = residual()
    ours = blocks.block(parameters, 1, x.flatten(1, 2), POSITIONS).view(x.shape)
    for i, model in enumerate(models):
        torch.testing.assert_close(ours[i], model.blocks[1](x[i]), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("part, hook", [("middle", "hook_resid_mid"), ("hidden", "mlp.hook_post")])
def test_its_parts_are_what_the_hooks_see(case, part, hook):
    """The stream between attention and MLP, and the neurons that read it."""
    blocks, parameters, models = case
    x, seen = residual(), {}
    found = blocks.middle(parameters, 1, x.flatten(1, 2), POSITIONS)
    if part == "hidden":
        found = blocks.hidden(parameters, 1, found)
    for i, model in enumerate(models):
        point = dict(model.named_modules())[f"blocks.1.{hook}"]
        handle = point.register_forward_hook(lambda _m, _i, out, i=i: seen.update({i: out}))
        model.blocks[1](x[i])
        handle.remove()
        torch.testing.assert_close(found[i].view(seen[i].shape), seen[i], rtol=1e-10, atol=1e-10)


def test_packing_by_hand():
    """W_QKV's columns are Q's heads, then K's, then V's; W_O's rows are the heads."""
    architecture, weights = tiny.subject("none")
    packed = pack(weights, 1, architecture)
    assert packed["blocks.1.W_QKV"].shape == (8, 24)
    for third, x in enumerate("QKV"):
        for head in range(2):
            columns = slice(8 * third + 4 * head, 8 * third + 4 * head + 4)
            theirs = weights[f"blocks.1.attn.W_{x}"][head]
            assert torch.equal(packed["blocks.1.W_QKV"][:, columns], theirs)
            assert torch.equal(
                packed["blocks.1.b_QKV"][columns], weights[f"blocks.1.attn.b_{x}"][head]
            )
    assert torch.equal(packed["blocks.1.W_O"][4:], weights["blocks.1.attn.W_O"][1])


@pytest.mark.parametrize("processing, scales", [("none", 4), ("folded", 0)])
def test_everything_of_a_block_is_packed(processing, scales):
    """As many numbers as TransformerLens has in the block, LayerNorm's only where it has any."""
    architecture, weights = tiny.subject(processing)
    packed = pack(weights, 0, architecture)
    theirs = sum(v.numel() for name, v in weights.items() if name.startswith("blocks.0."))
    assert sum(value.numel() for value in packed.values()) == theirs
    assert len([name for name in packed if ".ln" in name]) == scales


def test_affine_by_hand():
    """Each of two stacks has a matrix and a bias of its own."""
    parameters = {
        "W_in": torch.tensor([[[1.0], [2.0]], [[0.0], [3.0]]]),
        "b_in": torch.tensor([[0.5], [-1.0]]),
    }
    x = torch.tensor([[[1.0, 1.0], [2.0, 0.0]], [[1.0, 1.0], [2.0, 0.0]]])
    assert affine(x, parameters, "", "in").tolist() == [[[3.5], [2.5]], [[2.0], [-1.0]]]
