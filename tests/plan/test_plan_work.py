"""What a forward pass costs, counted beside torch's own counter."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import tiny
from litmus.plan.work import Size
from litmus.subject.adapter import Subject

CONTEXT, BATCH = tiny.CONTEXT, 5
FAMILIES = {
    "gpt2": {},
    "llama": dict(
        normalization="RMS",
        activation="silu",
        gated=True,
        positions="rotary",
        heads=4,
        key_value_heads=2,
    ),
}


@pytest.fixture(params=FAMILIES.values(), ids=FAMILIES)
def subject(request):
    """A subject of each family, and its size at the hook."""
    architecture, weights = tiny.subject(**request.param)
    size = Size(architecture, layer=2, context=CONTEXT)
    return Subject(architecture, weights, tiny.HOOK), size, weights


def counted(run, *arguments):
    """Operations a token, by torch."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        run(*arguments)
    return counter.get_total_flops() / (BATCH * CONTEXT)


def test_operations_are_those_that_torch_counts(subject):
    """Below the hook, and above it with the unembedding."""
    model, size, _ = subject
    tokens = tiny.tokens(BATCH, CONTEXT)
    assert counted(model.lower, tokens) == size.lower
    assert counted(model.upper, model.lower(tokens)) == size.upper + size.unembed


def test_parameters_are_the_matrices(subject):
    """All weights but biases and the normalisations' scales, which are vectors."""
    model, size, weights = subject
    flat = ("b_", "_b_", "ln", "b")
    matrices = {
        name: value.numel()
        for name, value in weights.items()
        if not name.split(".")[-1].startswith(flat) and ".ln" not in name and name[:2] != "ln"
    }
    assert size.parameters == sum(matrices.values())
    below = {n for n in model.parameters_below() if n in matrices}
    assert size.parameters_below == sum(matrices[name] for name in below)
