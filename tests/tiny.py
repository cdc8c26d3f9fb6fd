"""Subjects so small that a test of them takes milliseconds."""

import re

import pytest
import torch

from litmus.subject import adapter
from litmus.subject.checkpoint import Architecture

LAYERS, CONTEXT, VOCABULARY = 3, 6, 11
HOOK = "blocks.2.hook_resid_pre"

_ROTARY = dict(positions="rotary")
_LLAMA = dict(normalization="RMS", activation="silu", gated=True, **_ROTARY)
_SHARED = dict(width=16, heads=4, key_value_heads=2)
# What each family has that GPT-2 has not, and of what it has biases.
FAMILIES = {
    "gpt2": ({}, "Q K V O in out"),
    "opt": (dict(activation="relu"), "Q K V O in out"),
    "neo": (dict(attention_scale=1.0), "O in out"),
    "neox": (dict(activation="gelu", parallel=True, rotary_width=2, **_ROTARY), "Q K V O in out"),
    "gptj": (dict(parallel=True, rotary_adjacent=True, rotary_base=50.0, **_ROTARY), "in out U"),
    "llama": (dict(**_LLAMA, **_SHARED), ""),
    "llama-alone": (dict(**_LLAMA, rotary_base=500.0), ""),
    "qwen2": (dict(**_LLAMA, **_SHARED), "Q K V"),
    "gemma": (
        dict(**_LLAMA, key_value_heads=1, head_width=6) | dict(activation="gelu_pytorch_tanh"),
        "",
    ),
    # As processing leaves them; Llama's with all biases that TransformerLens adds to an MLP.
    "gpt2-folded": (dict(normalization="LNPre"), "Q K V O in out"),
    "gptj-folded": (
        dict(normalization="LNPre", parallel=True, rotary_adjacent=True, **_ROTARY),
        "Q K O in out U",
    ),
    "llama-folded": (dict(**_LLAMA, **_SHARED) | dict(normalization="RMSPre"), "O in out"),
}
EVERY_FAMILY = pytest.mark.parametrize("family", FAMILIES)


def subject(processing="none", seed=0, **changes):
    """Architecture and weights of a subject none of whose weights is at its initial value.

    With processing `folded`, as in the config, LayerNorm is folded into the weights after it.
    """
    shape = dict(layers=LAYERS, width=8, heads=2, mlp_width=12, context=CONTEXT)
    architecture = Architecture(**(shape | dict(vocabulary=VOCABULARY) | changes))
    model = adapter.build(architecture, seed)
    model.load_state_dict(moved(adapter.weights(model), 0.3, seed), strict=False)
    if processing == "folded":
        return adapter.folded(model, architecture)
    return architecture, adapter.weights(model)


def member(family, seed=0):
    """Architecture and weights of a subject of a family, without the biases that it lacks."""
    changes, biases = FAMILIES[family]
    architecture, weights = subject(seed=seed, **changes)
    has = {f"b_{name}" for name in biases.split()} | {"b"}

    def there(name):
        leaf = re.sub(r".*\._?", "", name)
        return not leaf.startswith("b") or leaf in has

    return architecture, {name: value for name, value in weights.items() if there(name)}


def moved(weights, scale, seed):
    """The weights with Gaussian noise of this scale added to each."""
    stream = torch.Generator().manual_seed(seed)
    return {
        name: value + scale * torch.randn(value.shape, generator=stream)
        for name, value in weights.items()
    }


def tokens(*shape, seed=0):
    """Random token ids, int64, of this shape."""
    return torch.randint(VOCABULARY, shape, generator=torch.Generator().manual_seed(seed))
