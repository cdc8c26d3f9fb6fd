"""What is not read of models as TransformerLens stores its own."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import tiny_own_format as own
from litmus.subject import hub, pretrained

UNSAID = [
    ({"act_fn": "solu_ln"}, "with the activation function solu_ln, which is not supported; valid:"),
    ({"act_fn": "SoLU"}, "with the activation function SoLU, which is not supported; valid: gelu"),
    ({"attn_only": True, "act_fn": "solu_ln"}, "with no MLPs, which is not supported"),
    ({"shortformer_pos": True}, "with the positions shortformer, which is not supported"),
    ({"normalization": None}, "with the normalisation None, which is not supported"),
    ({"final_rms": True}, "with two kinds of normalisation, which is not supported"),
    ({"architecture": "mingpt"}, "with weights in the format mingpt, which is not supported"),
    ({"parallel_attn_mlp": True}, "with parallel_attn_mlp = True, which is not supported"),
    ({"attention_dir": "bidirectional"}, "with attention_dir = bidirectional, which is not"),
    ({"eps": 1e-6}, "with eps = 1e-06, which is not supported"),
    ({"n_layers": 1}, "which has 1 layer; valid: a model of 2 layers or more"),
    ({"n_heads": None}, r"whose config\.json TransformerLens cannot read"),
]


@pytest.mark.parametrize(("changes", "told"), UNSAID, ids=[str(c) for c, _ in UNSAID])
def test_what_cannot_be_said_is_refused_by_its_name(changes, told, folder):
    """The property, not the format."""
    own.edited(folder, **changes)
    own.refused(rf"model\.path: found 'x'.*{told}", lambda: own.load(folder))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"act_fn": "solu_ln"}, "the activation function solu_ln"),
        ({"attn_only": True}, "no MLPs"),
        ({"tokenizer_name": None}, "no tokenizer"),
    ],
)
def test_it_is_refused_before_its_weights_are_asked_for(changes, told, snapshot):
    """On the hub, the config is enough."""
    own.edited(snapshot, **changes)
    (snapshot / "model_final.pth").unlink()
    own.refused(
        f"model.name: found 'gelu-2l', a model with {told}, which is not supported",
        lambda: hub.fetch("gelu-2l"),
    )


def test_without_the_tokenizer_it_says_which_is_needed(snapshot, tmp_path):
    """Another repository than the model's."""
    (tmp_path / "hub" / f"models--{own.DIGITS.replace('/', '--')}" / "refs" / "main").unlink()
    own.refused(
        f"the tokenizer of gelu-2l is not in .*tokenizer-digits.*`hf download {own.DIGITS}`",
        lambda: hub.fetch("gelu-2l"),
    )


def test_without_a_cache_it_says_what_is_needed(tmp_path, monkeypatch):
    """Of the repository only these files, for it holds its training, too."""
    own.only_cache(tmp_path, monkeypatch)
    download = r"`hf download NeelNanda/GELU_2L512W_C4_Code config\.json model_final\.pth`"
    own.refused(f"gelu-2l is not in .*tokenizer_name.*{download}", lambda: hub.fetch("gelu-2l"))


def without(state):
    """Weights of which one is missing."""
    del state["blocks.1.mlp.W_in"]
    return state


def other(state, **values):
    """Weights with one more, or another."""
    return state | {f"blocks.1.attn.{name}": value for name, value in values.items()}


DAMAGES = {
    "missing": (without, r"whose weights lack blocks\.1\.mlp\.W_in \(1 in all\)"),
    "shape": (
        lambda state: other(state, W_Q=torch.ones(4, 16, 5)),
        r"lack blocks\.1\.attn\.W_Q \(1 in all\), or have it in another shape",
    ),
    "bias": (lambda state: other(state, b_Q=torch.ones(3)), r"lack blocks\.1\.attn\.b_Q"),
    "more": (
        lambda state: other(state, W_gate=torch.ones(3)),
        r"weights hold blocks\.1\.attn\.W_gate \(1 in all\), for which a model of this config",
    ),
    "infinite": (
        lambda state: other(state, b_O=torch.full((16,), torch.inf)),
        r"weight blocks\.1\.attn\.b_O holds NaN or infinite",
    ),
    "list": (lambda _: [torch.ones(3)], "whose weights cannot be read"),
    "nested": (lambda state: {"model": state}, "whose weights cannot be read"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_weights_that_are_not_the_models_are_refused(damage, folder):
    """Each is named."""
    change, told = DAMAGES[damage]
    torch.save(change(own.stored()), folder / "model_final.pth")
    own.refused(told, lambda: own.load(folder))


@pytest.mark.parametrize("change", [{"epsilon": 0.1}, {"activation": "relu"}], ids=str)
def test_another_function_is_noticed(change, folder, monkeypatch):
    """A property that is got wrong does not pass for the model."""
    described = pretrained.described
    monkeypatch.setattr(
        pretrained, "described", lambda config: replace(described(config), **change)
    )
    own.refused("log-probabilities differ from TransformerLens' by", lambda: own.load(folder))


@pytest.mark.parametrize("damage", ["gone", "half"])
def test_a_file_that_cannot_be_read_is_refused(damage, folder):
    """Missing, or cut short."""
    path = folder / "model_final.pth"
    content = path.read_bytes()
    path.unlink()
    if damage == "half":
        path.write_bytes(content[: len(content) // 2])
    own.refused(r"weights cannot be read .*valid: model_final\.pth", lambda: own.load(folder))


class Code:
    """What a pickle may run when it is read."""

    def __reduce__(self):
        """A call in place of a value."""
        return (os.mkdir, ("ran",))


def test_code_among_the_weights_is_not_run(folder, monkeypatch):
    """A state dict is all that is read."""
    monkeypatch.chdir(folder)
    torch.save(own.stored() | {"more": Code()}, folder / "model_final.pth")
    own.refused("whose weights cannot be read", lambda: own.load(folder))
    assert not Path("ran").exists()
