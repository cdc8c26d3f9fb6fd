"""A subject on disk."""

import json
import math

import pytest
import torch

import tiny
from litmus.errors import LitmusError
from litmus.subject import checkpoint


@pytest.fixture
def folder(tmp_path):
    """A folder with a saved subject."""
    checkpoint.save(tmp_path, *tiny.subject("folded"))
    return tmp_path


def test_what_is_saved_is_loaded(folder):
    """The architecture and every weight come back as they were."""
    architecture, weights = tiny.subject("folded")
    loaded_architecture, loaded = checkpoint.load(folder)
    assert loaded_architecture == architecture
    assert list(loaded) == sorted(weights)
    assert all(torch.equal(loaded[name], weights[name]) for name in weights)


def test_only_two_files_are_left(folder):
    """No temporary file stays behind."""
    assert sorted(p.name for p in folder.iterdir()) == ["config.json", "model.safetensors"]


def test_the_hooks_layer():
    """The layer is read from the hook's name, with as many digits as it has."""
    assert checkpoint.hook_layer("blocks.9.hook_resid_pre") == 9
    assert checkpoint.hook_layer("blocks.11.hook_resid_pre") == 11


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
@pytest.mark.parametrize("damage", ["missing", "empty", "half"])
def test_a_damaged_file_is_one_sentence(folder, name, damage):
    """It names the folder and says what to do."""
    path = folder / name
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes(content[: len(content) // 2] if damage == "half" else b"")
    with pytest.raises(LitmusError, match=r"holds no readable subject.*run again") as error:
        checkpoint.load(folder)
    assert str(folder) in str(error.value)


def test_an_unknown_key_is_one_sentence(folder):
    """A config.json of another program is refused."""
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "n_layers": 2}))
    with pytest.raises(LitmusError, match="n_layers"):
        checkpoint.load(folder)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_weight_that_is_not_finite_is_named(tmp_path, value):
    """The sentence names the file and the weight."""
    architecture, weights = tiny.subject()
    weights["blocks.1.mlp.b_in"][3] = value
    checkpoint.save(tmp_path, architecture, weights)
    with pytest.raises(LitmusError, match=r"model\.safetensors: blocks\.1\.mlp\.b_in holds NaN"):
        checkpoint.load(tmp_path)
