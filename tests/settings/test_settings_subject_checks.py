"""A subject that others trained: which keys go together, and what its folder says."""

import json

import pytest

from litmus.settings.subject_checks import in_place

HUB = {"model.source": "hub", "model.name": "gpt2", "corpus.tokenizer": "model"}
VALID = "config.json, model.safetensors and tokenizer.json, as transformers saves a model"
MISFITS = [
    (
        {"model.path": "data"},
        "model.path: found 'data'; valid: null with model.source: train; or set that to local",
    ),
    (
        {"model.name": "gpt2"},
        "model.name: found 'gpt2'; valid: null with model.source: train; or set that to hub",
    ),
    (
        {"model.revision": "main"},
        "model.revision: found 'main'; valid: null with model.source: train, for only a model of "
        "the hub has revisions",
    ),
    (
        {"model.source": "local"},
        f"model.path: found null; valid: a folder with {VALID}, for model.source is local",
    ),
    (
        {"model.source": "local", "model.path": "none"},
        f"model.path: found 'none'; valid: a folder that exists, with {VALID}",
    ),
    (
        {"model.source": "local", "model.path": "docs"},
        f"model.path: found 'docs'; valid: a folder with {VALID}; it lacks config.json",
    ),
    (
        HUB | {"model.name": None},
        "model.name: found null; valid: a name of TransformerLens's, e.g. gpt2, for model.source "
        "is hub",
    ),
    (
        {"model.processing": "dictionary"},
        "model.processing: found 'dictionary'; valid: folded, centred or none with model.source: "
        "train, for there is no record to follow",
    ),
    (
        HUB | {"model.processing": "dictionary"},
        "model.processing: found 'dictionary'; valid: folded, centred or none with "
        "dictionary.source: train, for there is no record to follow",
    ),
]


@pytest.fixture
def folder(tmp_path):
    """A config.json of 2 layers that reads 40 tokens, as GPT-2 names them."""
    names = {"n_layer": 2, "n_positions": 40, "architectures": ["GPT2LMHeadModel"]}
    (tmp_path / "config.json").write_text(json.dumps(names))
    return tmp_path


@pytest.fixture
def local(folder):
    """The changes that name it."""
    return {
        "model.source": "local",
        "model.path": str(folder),
        "corpus.tokenizer": "model",
        "hook": "blocks.1.hook_resid_pre",
    }


@pytest.mark.parametrize(("change", "told"), MISFITS, ids=lambda case: str(case)[:40])
def test_a_misfit_is_told_at_the_key_to_change(changed, problems, change, told):
    """One line: the key, the value found, what fits the other keys."""
    assert told in problems(changed(change))


@pytest.mark.parametrize("extra", [{}, {"model.revision": "main"}, {"model.processing": "centred"}])
def test_a_model_of_the_hub_is_accepted(changed, problems, extra):
    """Its layers are not known before it is fetched: any hook may fit."""
    assert problems(changed(HUB | extra | {"hook": "blocks.9.hook_resid_pre"})) == []


def test_a_folder_is_accepted(changed, problems, local):
    """What describes a trained model does not matter then, fitting or not."""
    ignored = {"model.heads": 7, "model.layers": 11, "model.warmup_steps": 10**6}
    assert problems(changed(local | ignored)) == []


def test_the_hook_is_held_against_the_folders_layers(changed, problems, local):
    """Of 2 layers, only the second has one below it and one above."""
    (told,) = problems(changed(local | {"hook": "blocks.2.hook_resid_pre"}))
    assert told.startswith("hook: found 'blocks.2.hook_resid_pre'; valid: layer 1, for the model")


@pytest.mark.parametrize("source", [HUB, "local"])
def test_what_needs_no_folder_is_checked_all_the_same(changed, problems, local, source):
    """Weights above the hook move nothing, whatever the model."""
    change = local if source == "local" else source | {"hook": local["hook"]}
    key = "metrics.llc_functional.weights"
    assert problems(changed(change | {key: ["l0h2"]})) == []
    (told,) = problems(changed(change | {key: ["l1h2"]}))
    assert "layers l0 to l0" in told


def test_sequences_are_no_longer_than_the_model_reads(changed, problems, local, folder):
    """The last position that it was made for is the last."""
    assert problems(changed(local | {"corpus.context": 40})) == []
    (told,) = problems(changed(local | {"corpus.context": 41}))
    assert told == (
        f"corpus.context: found 41; valid: at most 40, the longest that the model in {folder} reads"
    )


@pytest.mark.parametrize("content", ["", "[1]", "{}", '{"n_layer": "two"}'])
def test_a_config_json_that_tells_nothing_is_no_crash(changed, problems, local, folder, content):
    """Loading it says what is wrong."""
    (folder / "config.json").write_text(content)
    assert problems(changed(local | {"hook": "blocks.9.hook_resid_pre"})) == []


def test_a_trained_model_is_described_by_the_config():
    """Its values stay as they are."""
    values = {"model.source": "train", "model.layers": 4, "model.path": None}
    assert in_place(values) == values
