"""What jobs hold, and the sentence where a memory cannot hold it."""

from types import SimpleNamespace

import pytest
import torch

from litmus.plan.work import Size
from litmus.preflight import machine, memory
from litmus.preflight.memory import Held
from litmus.subject.checkpoint import Architecture
from shipped import WITHOUT_DICTIONARY, settings

GPT2 = Architecture(layers=12, width=768, heads=12, mlp_width=3072, context=1024, vocabulary=50257)
PARTS = [
    Held("loading", 6e9, False, "a smaller subject"),
    Held("training data", 7e9, False, "less of it"),
    Held("the subject", 2e9, True, "a smaller subject"),
    Held("chains", 9e9, True, "fewer of them"),
]
FEW = "memory: this machine has 5 GB, training data needs 7 GB of it; valid: more memory, or less"
MANY = "memory: the GPU has 8 GB, chains needs 9 GB of it; valid: more memory, or fewer of them"


def test_what_gpt2_holds_at_layer_9():
    """A block has 768·64·48 + 768·3072·2 = 7,077,888 weights. Below the hook are 9 of them and
    51,281·768 of the embeddings, 103,084,800; in all 162,915,840. Four bytes each, four times over
    in each of three chains; activations twice, on their way."""
    changes = {
        "metrics.llc_functional.chains": 3,
        "metrics.llc_behavioral.enabled": False,
        "metrics.llc_natural.enabled": False,
        "activations.train_sequences": 5000,
        "corpus.context": 16,
    }
    found = memory.held(settings(changes), Size(GPT2, 9, 16))
    assert {(part.what, part.bytes, part.computed) for part in found} == {
        ("loading the subject", 3 * 4 * 162_915_840, False),
        ("the subject", 4 * 162_915_840, True),
        ("one direction of llc_functional", 3 * 4 * 4 * 103_084_800, True),
        ("the dictionary's training data", 2 * 4 * 5000 * 16 * 768, False),
    }


def test_a_dictionary_that_nothing_uses_holds_nothing():
    """None is trained."""
    found = memory.held(settings(WITHOUT_DICTIONARY), Size(GPT2, 9, 32))
    assert "the dictionary's training data" not in {part.what for part in found}


def test_chains_of_a_part_of_the_weights_are_left_to_the_run():
    """They hold what moves, which may be a head."""
    changes = {"metrics.llc_functional.weights": ["l0h1"], "metrics.llc_behavioral.enabled": True}
    found = {part.what for part in memory.held(settings(changes), Size(GPT2, 9, 32))}
    assert "one direction of llc_functional" not in found
    assert "one direction of llc_behavioral" in found


def test_without_a_gpu_all_is_held_by_the_machine():
    """Chains of 9 GB are too much for 8, and enough room for them is enough."""
    assert memory.lacking(PARTS, 9e9, None) == []
    (told,) = memory.lacking(PARTS, 8e9, None)
    assert told.startswith("memory: this machine has 8 GB, chains needs 9 GB of it")


def test_with_a_gpu_chains_are_held_by_it():
    """A machine of 7 GB does then; each memory that is too small has its own sentence."""
    assert memory.lacking(PARTS, 7e9, 9e9) == []
    assert memory.lacking(PARTS, 7e9, 8e9) == [MANY]
    few, many = memory.lacking(PARTS, 5e9, 8e9)
    assert few.startswith(FEW) and many == MANY


@pytest.mark.parametrize(
    "there, device, expected",
    [(True, "auto", True), (True, "cuda", True), (True, "cpu", False), (False, "auto", False)],
)
def test_a_gpu_is_used_where_one_is_there_and_wanted(monkeypatch, there, device, expected):
    """`cpu` in the config leaves it alone."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert machine.uses_gpu(device) is expected


def test_of_several_gpus_the_smallest_decides(monkeypatch):
    """A job may get any of them."""
    cards = [SimpleNamespace(total_memory=size) for size in (80, 24, 48)]
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    monkeypatch.setattr(torch.cuda, "get_device_properties", cards.__getitem__)
    assert machine.gpu_memory() == 24
