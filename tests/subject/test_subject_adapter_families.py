"""A subject of another family than GPT-2's, against transformers' own models of it."""

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    GemmaConfig,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    Qwen2Config,
)

import tiny
from litmus.errors import LitmusError
from litmus.stacked import StackedLower
from litmus.subject import adapter
from litmus.subject.adapter import Subject

TOKENS = tiny.tokens(4, tiny.CONTEXT)
CONFIGS = {
    "gpt2": GPT2Config,
    "neox": GPTNeoXConfig,
    "llama": LlamaConfig,
    "llama-alone": LlamaConfig,
    "qwen2": Qwen2Config,
    "gemma": GemmaConfig,
}


def theirs(family):
    """transformers' model of the same shape, which has no weights yet that matter."""
    a, _ = tiny.member(family)
    names = dict(
        hidden_size=a.width,
        num_hidden_layers=a.layers,
        num_attention_heads=a.heads,
        num_key_value_heads=a.key_value_heads,
        head_dim=a.head_width,
        intermediate_size=a.mlp_width,
        max_position_embeddings=a.context,
        vocab_size=a.vocabulary,
    )
    ids = dict(bos_token_id=0, eos_token_id=0, pad_token_id=0)
    if family == "gpt2":
        names = dict(n_embd=a.width, n_layer=a.layers, n_head=a.heads, n_inner=a.mlp_width)
        names |= dict(n_positions=a.context, vocab_size=a.vocabulary)
    return AutoModelForCausalLM.from_config(CONFIGS[family](**names, **ids))


@pytest.mark.parametrize("family", CONFIGS)
def test_what_moves_below_the_hook_is_what_the_model_has_there(family):
    """As many parameters as transformers' model: no biases that its family does not have."""
    architecture, weights = tiny.member(family)
    model = theirs(family)
    layers = next(
        m for m in model.modules() if isinstance(m, torch.nn.ModuleList) and len(m) == tiny.LAYERS
    )
    parts = [m for m in model.base_model.children() if isinstance(m, torch.nn.Embedding)]
    count = sum(p.numel() for m in [*parts, *layers[:2]] for p in m.parameters())
    packed = StackedLower(architecture, tiny.HOOK).pack(weights)
    below = Subject(architecture, weights, tiny.HOOK).parameters_below()
    assert sum(value.numel() for value in packed.values()) == count
    assert sum(value.numel() for value in below.values()) == count


@tiny.EVERY_FAMILY
def test_parameters_below_are_those_the_activation_depends_on(family):
    """Exactly they, of those that the subject has, are part of the activation's graph."""
    _, weights = tiny.member(family)
    cut = Subject(*tiny.member(family), tiny.HOOK)
    cut.model.requires_grad_(True)
    every = dict(cut.model.named_parameters())
    activation = cut.lower(TOKENS).square().sum()
    gradients = torch.autograd.grad(activation, list(every.values()), allow_unused=True)
    reached = {name for name, g in zip(every, gradients, strict=True) if g is not None}
    assert set(cut.parameters_below()) == reached & set(weights)


@tiny.EVERY_FAMILY
def test_a_bias_that_is_not_given_is_zero(family):
    """The subject is that whose biases are given as zeros."""
    architecture, weights = tiny.member(family)
    zeros = {
        n: torch.zeros_like(v) for n, v in adapter.weights(adapter.build(architecture)).items()
    }
    absent, given = (
        Subject(architecture, state, tiny.HOOK).model(TOKENS)
        for state in (weights, zeros | weights)
    )
    assert torch.equal(absent, given)


@pytest.mark.parametrize("name", ["blocks.1.attn._W_K", "blocks.0.mlp.W_gate", "ln_final.w"])
def test_other_weights_must_be_there(name):
    """A matrix or a normalisation's scale that is missing is an error that names it."""
    architecture, weights = tiny.member("llama")
    del weights[name]
    with pytest.raises(LitmusError, match=f"lack {name}"):
        Subject(architecture, weights, tiny.HOOK)


@tiny.EVERY_FAMILY
def test_lower_then_upper_is_the_whole_model(family):
    """Cutting the model at the hook changes no logit."""
    cut = Subject(*tiny.member(family), tiny.HOOK)
    whole = cut.model(TOKENS)
    torch.testing.assert_close(cut.upper(cut.lower(TOKENS)), whole, atol=1e-4, rtol=1e-5)
