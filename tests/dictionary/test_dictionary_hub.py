"""A dictionary of a SAELens release: from a cache of the hub without a network; its failures."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import pytest
import torch
from huggingface_hub import errors
from sae_lens import SAE, StandardSAE, StandardSAEConfig

from litmus.dictionary import pretrained
from litmus.errors import LitmusError

SCRIPTS = Path(__file__).parents[2] / "scripts"
RELEASE, ID = "gpt2-small-res-jb", "blocks.9.hook_resid_pre"
REPOSITORY, COMMIT = (
    "jbloom/GPT2-Small-SAEs-Reformatted",
    "0123456789abcdef0123456789abcdef01234567",
)
# As that release's records are: flat, of an early version, with nothing on how the model is to be
# processed; that stands in SAELens's own list.
RECORD = {
    "model_name": "gpt2-small",
    "hook_point": ID,
    "hook_point_layer": 9,
    "d_in": 6,
    "d_sae": 15,
    "dtype": "torch.float32",
    "device": "cuda",
    "prepend_bos": True,
}
# Any socket to another machine ends the process.
JOB = """
import socket, sys
def refuse(*given): raise SystemExit(f"tried to reach {given}")
socket.getaddrinfo = socket.socket.connect = refuse
sys.path.insert(0, sys.argv[1])
from litmus.dictionary import pretrained
from litmus.errors import LitmusError
print(pretrained.record_of(sys.argv[2], sys.argv[3])["metadata"]["hook_name"])
pretrained.save(pretrained.hub(sys.argv[2], sys.argv[3]), sys.argv[4])
for look in (pretrained.hub, pretrained.record_of):
    try:
        look(sys.argv[2], "blocks.8.hook_resid_pre")
    except LitmusError as error:
        print(error)
"""


@pytest.fixture(scope="module")
def fetched(tmp_path_factory):
    """The dictionary, what a job made of its copy in a cache, and what it said of another."""
    home, out = tmp_path_factory.mktemp("hub"), tmp_path_factory.mktemp("out")
    sae = StandardSAE(StandardSAEConfig(d_in=6, d_sae=15)).requires_grad_(False)
    for seed, value in enumerate(sae.parameters()):
        value.copy_(torch.randn(value.shape, generator=torch.Generator().manual_seed(seed)))
    cached = home / f"models--{REPOSITORY.replace('/', '--')}"
    folder = cached / "snapshots" / COMMIT / ID
    sae.save_model(folder)
    (folder / "cfg.json").write_text(json.dumps(RECORD))
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(COMMIT)
    done = subprocess.run(
        [sys.executable, "-c", JOB, str(SCRIPTS), RELEASE, ID, str(out)],
        env=os.environ | {"HF_HUB_CACHE": str(home), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return sae, out, done.stdout.splitlines()


def test_a_cached_release_is_loaded_without_a_network(fetched):
    """With the weights that are in the cache."""
    sae, out, _ = fetched
    a = torch.randn(20, 6, generator=torch.Generator().manual_seed(1))
    assert torch.equal(SAE.load_from_disk(out).encode(a), sae.encode(a))


def test_its_record_says_what_saelens_list_says(fetched):
    """That the residual stream must be centred, and the commit that was read."""
    metadata = json.loads((fetched[1] / "cfg.json").read_text())["metadata"]
    assert metadata["model_from_pretrained_kwargs"] == {"center_writing_weights": True}
    assert (metadata["model_name"], metadata["hook_name"]) == ("gpt2-small", ID)
    assert metadata["litmus"] == {
        "source": "hub",
        "release": RELEASE,
        "id": ID,
        "repository": REPOSITORY,
        "commit": COMMIT,
    }


def test_its_record_is_known_without_its_weights(fetched):
    """Before anything long is begun."""
    assert fetched[2][0] == ID


def test_what_is_not_cached_is_told_file_by_file(fetched):
    """Which, where they belong, and how they get there; the same by the record alone."""
    _, told, by_record = fetched[2]
    assert by_record == told
    other = "blocks.8.hook_resid_pre"
    assert told.startswith(f"dictionary.id: found '{other}' of {RELEASE}: it is not in ")
    for part in (
        f"models--{REPOSITORY.replace('/', '--')}",
        "HF_HUB_OFFLINE forbids asking the hub",
        f"{other}/cfg.json and {other}/sae_weights.safetensors",
        f"hf download {REPOSITORY} --include '{other}*'",
        "dictionary.source: local and dictionary.path",
    ):
        assert part in told


class Response:
    """What the hub answered, as far as its errors ask."""

    status_code, request, headers = 403, None, MappingProxyType({})


FAILURES = {
    "gated": (errors.GatedRepoError("no", response=Response()), "is gated; accept its terms"),
    "gone": (
        errors.RepositoryNotFoundError("no", response=Response()),
        f"dictionary.release: found '{RELEASE}', but the hub has no",
    ),
    "no file": (errors.EntryNotFoundError("cfg.json"), "has no such file (cfg.json)"),
    "down": (ConnectionError("refused"), "there is no answer to asking the hub; needed"),
    "broken": (KeyError("W_enc"), "SAELens cannot load it ('W_enc')"),
}


@pytest.mark.parametrize(("error", "told"), FAILURES.values(), ids=FAILURES)
def test_a_failure_of_the_hub_is_one_sentence(error, told, monkeypatch):
    """SAELens's loader is made to fail as the hub's library would."""

    def fail(*given, **more):
        raise error

    monkeypatch.setattr(SAE, "from_pretrained", fail)
    monkeypatch.setattr(pretrained.constants, "HF_HUB_OFFLINE", False)
    with pytest.raises(LitmusError) as caught:
        pretrained.hub(RELEASE, ID)
    assert told in str(caught.value) and "\n" not in str(caught.value)


def test_a_scale_that_saelens_does_not_know_is_one_sentence(monkeypatch):
    """Its loader goes on without it; the latents would be of other activations."""
    sae = StandardSAE(
        StandardSAEConfig(d_in=6, d_sae=15, normalize_activations="expected_average_only_in")
    )
    monkeypatch.setattr(SAE, "from_pretrained", lambda *given, **more: sae)
    with pytest.raises(LitmusError, match="expected_average_only_in"):
        pretrained.hub(RELEASE, ID)
