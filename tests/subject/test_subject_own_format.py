"""A model as TransformerLens stores its own, from the cache or a folder."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import torch
from transformer_lens import HookedTransformer, HookedTransformerConfig

import tiny_own_format as own
import tiny_pretrained as tiny
from litmus.preflight.subject import architecture
from litmus.subject import checkpoint
from litmus.subject.adapter import Subject
from litmus.subject.checkpoint import Architecture
from litmus.subject.processing import FLAGS

ROOT = Path(__file__).parents[2]
# Loads gelu-2l in a process of its own, where every socket is refused.
PROGRAM = (
    tiny.ALONE
    + """
try:
    files = hub.fetch("gelu-2l")
except LitmusError as error:
    sys.exit(str(error))
for processing, flags in FLAGS.items():
    found = pretrained.load(
        files.folder, flags, "blocks.1.hook_resid_pre", 10, "model.name", files.words
    )
    made = Path(sys.argv[1], processing)
    checkpoint.save(made, found.architecture, found.state)
    pretrained.write_origin(made, found, revision=files.folder.name, tokenizer=files.tokenizer)
"""
)


def theirs(state, config=own.SMALL):
    """TransformerLens's model of these weights."""
    shape = {name: config[name] for name in (*own.SHAPE, "n_layers", "d_vocab", "act_fn")}
    kind = {"normalization_type": "LN", "eps": config["ln_eps"], "device": "cpu"}
    model = HookedTransformer(HookedTransformerConfig(**shape, **kind))
    model.load_state_dict(state, strict=False)
    with torch.no_grad():
        model.unembed.b_U.zero_()
    return model.eval().requires_grad_(False)


def logits(architecture, state):
    """The subject's on random tokens."""
    subject = Subject(architecture, state, tiny.HOOK)
    return subject.upper(subject.lower(tiny.tokens()))


def test_a_cached_model_needs_no_network(snapshot, tmp_path):
    """Fetched by its name with its tokenizer, it predicts what TransformerLens's model predicts."""
    environment = os.environ | {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    environment |= {"PYTHONPATH": str(ROOT / "scripts")}
    environment.pop("HF_HUB_CACHE", None)
    program = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    told = subprocess.run(program, capture_output=True, text=True, env=environment)
    assert told.returncode == 0, told.stderr
    expected = theirs(own.stored())(tiny.tokens())
    for processing in FLAGS:
        found = logits(*checkpoint.load(tmp_path / processing))
        apart = (found - expected).mean(-1, keepdim=True)  # centring the unembedding moves all
        torch.testing.assert_close(found, expected + apart, atol=1e-4, rtol=0)
        origin = json.loads((tmp_path / processing / "origin.json").read_text())
        assert origin["tokenizer"] == f"{own.DIGITS}@{own.WORDS}"
        assert (origin["revision"], origin["family"]) == (own.COMMIT, "neel")
        assert origin["agreement"]["with"] == "TransformerLens"
        assert origin["end"] == "<|endoftext|>"


def test_half_precision_is_read_as_single(folder):
    """What bfloat16 keeps of the weights is what the model is."""
    state = {name: value.to(torch.bfloat16) for name, value in own.stored().items()}
    torch.save(state, folder / "model_final.pth")
    found = own.load(folder)
    expected = theirs({name: value.float() for name, value in state.items()})(tiny.tokens())
    torch.testing.assert_close(logits(found.architecture, found.state), expected)


def test_the_constant_of_the_normalisation_is_the_configs(folder):
    """TransformerLens's loader takes its own; the model was trained with this one."""
    own.edited(folder, ln_eps=0.3)
    found = own.load(folder)
    expected = theirs(own.stored(), own.SMALL | {"ln_eps": 0.3})(tiny.tokens())
    torch.testing.assert_close(logits(found.architecture, found.state), expected)


def test_a_bias_that_is_not_stored_is_no_weight(folder):
    """Chains would move it."""
    state = own.load(folder).state
    assert state.keys() == {n for n in own.stored() if not n.endswith(("mask", "IGNORE"))}
    assert "unembed.b_U" in own.load(folder, "folded").state  # the last shift, folded


def test_a_folder_of_a_name_on_the_hub_changes_nothing(folder, monkeypatch):
    """TransformerLens's loader looks for one below the working directory."""
    elsewhere = folder / "NeelNanda" / "GELU_2L512W_C4_Code"
    elsewhere.mkdir(parents=True)
    own.put(elsewhere)
    own.speak(elsewhere)
    monkeypatch.chdir(folder)
    found = own.load("NeelNanda/GELU_2L512W_C4_Code")
    torch.testing.assert_close(
        logits(found.architecture, found.state), theirs(own.stored())(tiny.tokens())
    )


def settings(**model):
    """As far as preflight looks at them."""
    block = SimpleNamespace(**{"name": None, "revision": None, "path": None, **model})
    return SimpleNamespace(model=block, corpus=SimpleNamespace(context=128), hook=tiny.HOOK)


EXPECTED = Architecture(
    layers=2,
    width=512,
    heads=8,
    mlp_width=2048,
    context=1024,
    vocabulary=48262,
    activation="gelu",
)


def test_preflight_reads_the_architecture_from_the_config_alone(tmp_path):
    """GELU_2L512W_C4_Code's, in a folder that holds no weights."""
    (tmp_path / "config.json").write_text(json.dumps(own.GELU_2L))
    assert architecture(settings(source="local", path=str(tmp_path))) == EXPECTED


def test_preflight_looks_it_up_without_reading_weights(snapshot):
    """On the hub, they have to be there."""
    (snapshot / "config.json").write_text(json.dumps(own.GELU_2L))
    (snapshot / "model_final.pth").write_bytes(b"")
    assert architecture(settings(source="hub", name="gelu-2l")) == EXPECTED
    (snapshot / "model_final.pth").unlink()
    told = r"model\.name: the weights \(model_final\.pth\) of gelu-2l is not in"
    own.refused(told, lambda: architecture(settings(source="hub", name="gelu-2l")))
