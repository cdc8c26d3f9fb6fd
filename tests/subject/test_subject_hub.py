"""A TransformerLens model, from the cache or not at all."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from huggingface_hub import constants, errors

import tiny_pretrained as tiny
from litmus.errors import LitmusError
from litmus.subject import checkpoint, hub
from litmus.subject.adapter import Subject
from litmus.subject.processing import FLAGS

ROOT = Path(__file__).parents[2]
COMMIT = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
# Loads gpt2 in a process of its own, where every socket is refused.
PROGRAM = (
    tiny.ALONE
    + """
try:
    folder = hub.fetch("gpt2", None).folder
except LitmusError as error:
    sys.exit(str(error))
for processing, flags in FLAGS.items():
    found = pretrained.load(folder, flags, "blocks.1.hook_resid_pre", 10, "model.name")
    made = Path(sys.argv[1], processing)
    checkpoint.save(made, found.architecture, found.state)
    pretrained.write_origin(made, found, source="hub", name="gpt2", revision=folder.name)
"""
)


def cached(home, commit=COMMIT):
    """The folder of a commit of gpt2 in the cache at `home`, as the hub's library keeps it."""
    repository = home / "hub" / "models--gpt2"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(commit)
    folder = repository / "snapshots" / commit
    folder.mkdir(parents=True)
    return folder


class Asked:
    """The library's download, and which files were more than asked about."""

    def __init__(self, download):
        self.download, self.fetched = download, []

    def __call__(self, repository, file, revision, dry_run=False):
        """As the library's, of which it makes a note."""
        if not dry_run:
            self.fetched.append(file)
        return self.download(repository, file, revision=revision, dry_run=dry_run)


def run(home, out):
    """The program, offline, with that cache."""
    environment = os.environ | {
        "HF_HOME": str(home),
        "HF_HUB_OFFLINE": "1",
        "PYTHONPATH": str(ROOT / "scripts"),
    }
    environment.pop("HF_HUB_CACHE", None)
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(out)], capture_output=True, text=True, env=environment
    )


def test_a_cached_model_needs_no_network(tmp_path):
    """Fetched by its name from the cache, it predicts what transformers' model predicts."""
    folder = cached(tmp_path)
    model = tiny.save(folder, "gpt2")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"n_ctx": config["n_positions"]}))
    told = run(tmp_path, tmp_path)
    assert told.returncode == 0, told.stderr
    expected = model(tiny.tokens()).logits
    for processing in FLAGS:
        subject = Subject(*checkpoint.load(tmp_path / processing), tiny.HOOK)
        found = subject.upper(subject.lower(tiny.tokens()))
        apart = (found - expected).mean(-1, keepdim=True)
        torch.testing.assert_close(found, expected + apart, atol=1e-4, rtol=0)
        if processing != "folded":
            torch.testing.assert_close(apart, torch.zeros_like(apart), atol=1e-4, rtol=0)
        origin = json.loads((tmp_path / processing / "origin.json").read_text())
        assert (origin["name"], origin["revision"]) == ("gpt2", COMMIT)
        assert origin["processing"] == FLAGS[processing]


def test_without_cache_and_network_it_says_what_is_needed(tmp_path):
    """The folder, the files, and both ways to bring them."""
    told = run(tmp_path, tmp_path)
    assert told.returncode == 1
    (line,) = told.stderr.strip().splitlines()
    assert str(tmp_path / "hub" / "models--gpt2") in line
    for part in ("config.json", "model.safetensors", "tokenizer.json", "HF_HUB_OFFLINE forbids"):
        assert part in line
    assert "`hf download gpt2`" in line
    assert "model.source: local" in line


@pytest.mark.parametrize(
    ("missing", "what"), [("model.safetensors", "weights"), ("tokenizer.json", "tokenizer")]
)
def test_what_a_cache_lacks_is_named(missing, what, tmp_path, monkeypatch):
    """A download that was broken off leaves some files."""
    folder = cached(tmp_path)
    tiny.save(folder, "gpt2")
    (folder / missing).unlink()
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    with pytest.raises(LitmusError, match=rf"the {what} \({missing}\) of gpt2 is not in"):
        hub.fetch("gpt2")


@pytest.mark.parametrize("missing", [None, "model.safetensors", "tokenizer.json"])
def test_a_model_is_looked_up_without_its_weights(missing, tmp_path, monkeypatch):
    """The config is there to read; of the rest it is told whether it is to be had."""
    folder = cached(tmp_path)
    tiny.save(folder, "gpt2")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(hub, "hf_hub_download", seen := Asked(hub.hf_hub_download))
    if missing:
        (folder / missing).unlink()
        with pytest.raises(LitmusError, match="of gpt2 is not in"):
            hub.looked_up("gpt2")
    else:
        assert hub.looked_up("gpt2") == folder
    assert seen.fetched == ["config.json"]


def test_weights_in_parts_are_all_fetched(monkeypatch, tmp_path):
    """The index names them; all come from the commit that the config came from."""
    folder, asked = tmp_path / "snapshots" / COMMIT, []
    folder.mkdir(parents=True)
    there = {"config.json", "model.safetensors.index.json", "a.safetensors", "b.safetensors"}
    index = {"weight_map": {"x": "a.safetensors", "y": "b.safetensors", "z": "a.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))

    def download(repository, file, revision, dry_run=False):
        asked.append((repository, file, revision))
        if file not in there | {"tokenizer.json"}:
            raise errors.LocalEntryNotFoundError("none")
        return str(folder / file)

    monkeypatch.setattr(hub, "hf_hub_download", download)
    assert hub.fetch("gpt2-medium", "main") == (folder, folder, None)
    assert asked[0] == ("gpt2-medium", "config.json", "main")
    assert {file for _, file, _ in asked} >= there
    assert {revision for _, _, revision in asked[1:]} == {COMMIT}


@pytest.mark.parametrize(
    ("name", "repository"),
    [("gpt2", "gpt2"), ("gpt2-small", "gpt2"), ("Pythia-70m", "EleutherAI/pythia-70m")],
)
def test_transformer_lens_names_are_known(name, repository):
    """Aliases, in any case of letters."""
    assert hub.official(name) == repository


def test_an_unknown_name_comes_with_the_nearest():
    """Of TransformerLens's own list."""
    with pytest.raises(LitmusError, match=r"model\.name: found 'pythia-70n'.*pythia-70m.*local"):
        hub.official("pythia-70n")


def answer(kind, status=404):
    """An error as the hub's library raises it."""
    response = SimpleNamespace(status_code=status, headers={}, request=None)
    return kind("what the hub said\nand more", response=response)


FAILURES = [
    (answer(errors.GatedRepoError, 403), r"model\.name: gpt2 is gated; accept its terms.*HF_TOKEN"),
    (
        answer(errors.RevisionNotFoundError),
        r"model\.revision: found 'v9'; valid: null, or a branch, tag or commit of gpt2",
    ),
    (errors.HFValidationError("bad"), r"model\.revision: found 'v9'"),
    (answer(errors.RepositoryNotFoundError), r"does not have it, or not for you.*hf auth login"),
    (answer(errors.RemoteEntryNotFoundError), "lacks a file that is needed"),
    (errors.LocalEntryNotFoundError("none"), "is not in .*models--gpt2.*model.source: local"),
    (errors.OfflineModeIsEnabled("off"), "is not in .*models--gpt2.*model.source: local"),
    (answer(errors.HfHubHTTPError, 503), r"is not in .*\(the hub said: what the hub said\)"),
    (ConnectionResetError("reset"), r"is not in .*\(the hub said: reset\)"),
    (errors.HTTPError("dropped"), r"is not in .*\(the hub said: dropped\)"),
    (OSError(28, "No space left on device"), "could not be kept in .*No space left.*HF_HOME"),
]


@pytest.mark.parametrize(
    ("error", "told"), FAILURES, ids=[type(error).__name__ for error, _ in FAILURES]
)
def test_what_the_hub_answers_is_one_sentence(error, told, monkeypatch):
    """It names the key and what to do, whatever the library raised."""

    def download(*_, **__):
        raise error

    monkeypatch.setattr(hub, "hf_hub_download", download)
    with pytest.raises(LitmusError, match=told) as caught:
        hub.fetch("gpt2", "v9")
    assert len(str(caught.value).splitlines()) == 1
