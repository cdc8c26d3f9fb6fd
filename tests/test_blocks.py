"""The blocks on plain tensors against TransformerLens's, one by one and inside."""

import pytest
import torch

import tiny
from litmus.blocks import Blocks, affine, pack
from litmus.errors import LitmusError
from litmus.subject.adapter import Subject
from litmus.subject.checkpoint import Architecture

POSITIONS, BATCH, STACK = 5, 4, 3


@pytest.fixture(scope="module", params=tiny.FAMILIES)
def case(request):
    """Three sets of weights of one subject: its blocks, stacked parameters, HookedTransformers."""
    architecture, weights = tiny.member(request.param)
    copies = [tiny.moved(weights, scale=0.1, seed=seed) for seed in range(STACK)]
    models = [Subject(architecture, copy, tiny.HOOK).model.to(torch.float64) for copy in copies]
    packed = [pack(copy, 1, architecture) for copy in copies]
    parameters = {name: torch.stack([p[name] for p in packed]).double() for name in packed[0]}
    stream = torch.Generator().manual_seed(5)
    shape = STACK, BATCH, POSITIONS, architecture.width
    x = torch.randn(*shape, generator=stream, dtype=torch.float64)
    return Blocks(architecture), parameters, models, x


def test_a_block_is_that_of_transformer_lens(case):
    """Each copy of block 1 on a residual stream of its own."""
    blocks, parameters, models, x = case
    ours = blocks.block(parameters, 1, x.flatten(1, 2), POSITIONS).view(x.shape)
    for i, model in enumerate(models):
        torch.testing.assert_close(ours[i], model.blocks[1](x[i]), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("part, hook", [("middle", "hook_attn_out"), ("hidden", "mlp.hook_post")])
def test_its_parts_are_what_the_hooks_see(case, part, hook):
    """What attention adds to the stream, and the neurons that read it there or before."""
    (blocks, parameters, models, x), seen = case, {}
    before = x.flatten(1, 2)
    middle = blocks.middle(parameters, 1, before, POSITIONS)
    found = middle - before
    if part == "hidden":
        found = blocks.hidden(parameters, 1, blocks.source(before, middle))
    for i, model in enumerate(models):
        point = dict(model.named_modules())[f"blocks.1.{hook}"]
        handle = point.register_forward_hook(lambda _m, _i, out, i=i: seen.update({i: out}))
        model.blocks[1](x[i])
        handle.remove()
        torch.testing.assert_close(found[i].view(seen[i].shape), seen[i], rtol=1e-10, atol=1e-10)


def test_keys_are_shared_in_the_kernel_or_before_it(monkeypatch):
    """What other devices compute is what the CPU does, its gradient to the stream too."""
    architecture, weights = tiny.member("llama")
    parameters = {n: w[None].double() for n, w in pack(weights, 0, architecture).items()}
    blocks, stream = Blocks(architecture), torch.Generator().manual_seed(0)
    x = torch.randn(1, 2 * POSITIONS, 16, generator=stream, dtype=torch.float64, requires_grad=True)

    def run():
        y = blocks.block(parameters, 0, x, POSITIONS)
        return y.detach(), torch.autograd.grad(y.square().sum(), x)[0]

    expected = run()
    monkeypatch.setattr("litmus.blocks.in_kernel", lambda x: False)
    torch.testing.assert_close(run(), expected, rtol=1e-12, atol=1e-12)


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


def test_packing_shared_heads_by_hand():
    """Four query heads of width 4, then two key heads, then two value heads."""
    architecture, weights = tiny.member("qwen2")
    packed = pack(weights, 1, architecture)
    assert packed["blocks.1.W_QKV"].shape == (16, 32)
    for first, name, heads in [(0, "{}_Q", 4), (16, "_{}_K", 2), (24, "_{}_V", 2)]:
        for head in range(heads):
            columns = slice(first + 4 * head, first + 4 * head + 4)
            theirs = weights["blocks.1.attn." + name.format("W")][head]
            assert torch.equal(packed["blocks.1.W_QKV"][:, columns], theirs)
            theirs = weights["blocks.1.attn." + name.format("b")][head]
            assert torch.equal(packed["blocks.1.b_QKV"][columns], theirs)
    assert "blocks.1.b_O" not in packed


@tiny.EVERY_FAMILY
def test_everything_of_a_block_is_packed(family):
    """As many numbers as the family has in the block, so none that it has not."""
    architecture, weights = tiny.member(family)
    packed = pack(weights, 0, architecture)
    theirs = sum(v.numel() for name, v in weights.items() if name.startswith("blocks.0."))
    assert sum(value.numel() for value in packed.values()) == theirs


def test_a_bias_between_others_may_be_missing():
    """Keys without a bias between queries and values with one: zero."""
    architecture, weights = tiny.member("gpt2")
    whole = pack(weights, 0, architecture)["blocks.0.b_QKV"].clone()
    del weights["blocks.0.attn.b_K"]
    whole[8:16] = 0
    assert torch.equal(pack(weights, 0, architecture)["blocks.0.b_QKV"], whole)


def test_affine_by_hand():
    """Each of two stacks has a matrix and a bias of its own."""
    parameters = {
        "W_in": torch.tensor([[[1.0], [2.0]], [[0.0], [3.0]]]),
        "b_in": torch.tensor([[0.5], [-1.0]]),
    }
    x = torch.tensor([[[1.0, 1.0], [2.0, 0.0]], [[1.0, 1.0], [2.0, 0.0]]])
    assert affine(x, parameters, "", "in").tolist() == [[[3.5], [2.5]], [[2.0], [-1.0]]]


def test_affine_without_a_bias_and_with_half_of_one():
    """What is missing is zero."""
    parameters = {"W_in": torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])}
    x = torch.tensor([[[1.0, 1.0]]])
    assert affine(x, parameters, "", "in").tolist() == [[[4.0, 6.0]]]
    assert affine(x, parameters | {"b_in": torch.tensor([[0.5]])}, "", "in").tolist() == [
        [[4.5, 6.0]]
    ]


def test_an_unknown_activation_function():
    """Its name, and those that there are."""
    with pytest.raises(LitmusError, match=r"'solu'; valid: gelu_new, .*silu, relu"):
        Blocks(Architecture(1, 8, 2, 12, 6, 11, activation="solu"))
