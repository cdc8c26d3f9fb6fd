"""The model cut at a hook."""

import math

import pytest
import torch

import tiny
from litmus.subject import adapter, checkpoint
from litmus.subject.adapter import Subject

PROCESSINGS = ["none", "folded"]


@pytest.fixture(params=PROCESSINGS)
def cut(request):
    """A subject cut at layer 2 of 3, with and without LayerNorm folded."""
    return Subject(*tiny.subject(request.param), tiny.HOOK)


def test_lower_then_upper_is_the_whole_model(cut):
    """Cutting the model at the hook changes no logit."""
    tokens = tiny.tokens(4, tiny.CONTEXT)
    torch.testing.assert_close(cut.upper(cut.lower(tokens)), cut.model(tokens), atol=1e-5, rtol=0)


@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("processing", PROCESSINGS)
def test_lower_is_what_the_hook_sees(processing, layer):
    """`lower` gives what TransformerLens caches at the hook of that name."""
    hook = f"blocks.{layer}.hook_resid_pre"
    cut, tokens = Subject(*tiny.subject(processing), hook), tiny.tokens(4, tiny.CONTEXT)
    _, cache = cut.model.run_with_cache(tokens)
    torch.testing.assert_close(cut.lower(tokens), cache[hook], atol=1e-6, rtol=0)


def test_folding_leaves_the_log_probabilities():
    """The folded subject predicts what the unfolded one predicts."""
    tokens = tiny.tokens(4, tiny.CONTEXT)
    plain, folded = (Subject(*tiny.subject(p), tiny.HOOK).model(tokens) for p in PROCESSINGS)
    torch.testing.assert_close(folded.log_softmax(-1), plain.log_softmax(-1), atol=1e-5, rtol=0)
    assert (folded - plain).abs().max() > 1e-3, "the fake should need its unembedding centred"


@pytest.mark.parametrize("layer", [1, 2])
def test_folding_centres_the_activations(layer):
    """Folded, an activation's coordinates sum to zero; unfolded they do not."""
    tokens, hook = tiny.tokens(4, tiny.CONTEXT), f"blocks.{layer}.hook_resid_pre"
    plain, folded = (Subject(*tiny.subject(p), hook).lower(tokens).mean(-1) for p in PROCESSINGS)
    torch.testing.assert_close(folded, torch.zeros_like(folded), atol=1e-6, rtol=0)
    assert plain.abs().max() > 0.01


def test_folding_says_so_in_the_architecture():
    """The folded architecture is centred and has no LayerNorm parameters."""
    architecture, weights = tiny.subject("folded")
    assert (architecture.normalization, architecture.centred) == ("LNPre", True)
    assert not [name for name in weights if ".ln" in name or name.startswith("ln_final")]


@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("processing", PROCESSINGS)
def test_parameters_below_are_those_the_activation_depends_on(processing, layer):
    """Exactly they are part of the activation's graph."""
    cut = Subject(*tiny.subject(processing), f"blocks.{layer}.hook_resid_pre")
    cut.model.requires_grad_(True)
    every = dict(cut.model.named_parameters())
    activation = cut.lower(tiny.tokens(2, tiny.CONTEXT)).square().sum()
    gradients = torch.autograd.grad(activation, list(every.values()), allow_unused=True)
    reached = {name for name, g in zip(every, gradients, strict=True) if g is not None}
    assert set(cut.parameters_below()) == reached


def test_loss_is_the_cross_entropy_of_the_next_token(cut):
    """−log softmax at the token that follows, averaged over a sequence's predictions."""
    tokens = tiny.tokens(3, tiny.CONTEXT)
    activation = cut.lower(tokens)
    logits = cut.model(tokens).tolist()
    expected = []
    for row, ids in zip(logits, tokens.tolist(), strict=True):
        surprise = [
            math.log(sum(map(math.exp, scores))) - scores[following]
            for scores, following in zip(row[:-1], ids[1:], strict=True)
        ]
        expected.append(sum(surprise) / len(surprise))
    torch.testing.assert_close(
        cut.loss(tokens, activation), torch.tensor(expected), atol=1e-5, rtol=0
    )


@pytest.mark.parametrize("processing", PROCESSINGS)
def test_a_subject_survives_the_disk(processing, tmp_path):
    """Saved and loaded, it gives the same logits bit for bit."""
    architecture, weights = tiny.subject(processing)
    checkpoint.save(tmp_path, architecture, weights)
    tokens = tiny.tokens(4, tiny.CONTEXT)
    before = Subject(architecture, weights, tiny.HOOK).model(tokens)
    assert torch.equal(Subject(*checkpoint.load(tmp_path), tiny.HOOK).model(tokens), before)


def test_the_seed_decides_the_fresh_weights():
    """One seed, one set of weights; another seed, another."""
    architecture, _ = tiny.subject()
    first, again, other = (adapter.weights(adapter.build(architecture, s)) for s in (1, 1, 2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["embed.W_E"], other["embed.W_E"])
