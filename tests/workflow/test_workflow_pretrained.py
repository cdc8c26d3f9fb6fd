"""A model, a dictionary, stories and directions that others made, through the whole workflow."""

import json

import numpy as np
import pytest
import torch
from sae_lens import StandardSAE, StandardSAEConfig

from litmus import tables
from tiny_pretrained import SHARED
from workflow.project import Project, sentence

pytestmark = pytest.mark.workflow

LLAMA, STORIES = SHARED / "tinystories-656k", SHARED / "tinystories-1000.json"
WIDTH, FEATURES, OWN = 128, 96, 9
OFF = {"enabled": False}
# Two chained families less, and what else takes long without showing anything more.
OTHERS = {
    "activations": {"cache": "none"},
    "corpus": {
        "source": "text",
        "paths": [str(STORIES)],
        "tokenizer": "model",
        "context": 24,
        "eval_share": 0.5,
    },
    "model": {"source": "local", "path": str(LLAMA)},
    "dictionary": {"source": "local", "path": "theirs"},
    "directions": {"file": "mine.npz", "controls": ["isotropic", "matched", "file"], "chunk": 12},
    "metrics": {
        "llc_functional": {"calibrate": [], "n_beta": 10.0, "localization": 1e5},
        "llc_behavioral": {"n_beta": 10.0},
        "weight_sensitivity": {"whole_dictionary": False},
    },
    "plateaus": OFF,
    "study": OFF,
    "report": {"published": "report/published/gpt2-small.csv"},
}


@pytest.fixture
def theirs(fresh: Project) -> Project:
    """A project in which nothing has run, a SAELens folder, and directions with ids."""
    torch.manual_seed(0)
    sae = StandardSAE(StandardSAEConfig(d_in=WIDTH, d_sae=FEATURES))
    with torch.no_grad():
        for weight in sae.parameters():
            weight.normal_(std=0.3)
    sae.cfg.metadata.hook_name = "blocks.0.hook_resid_post"  # as blocks.1.hook_resid_pre
    sae.save_model(fresh.folder / "theirs")
    vectors = np.random.default_rng(0).normal(size=(OWN, WIDTH))
    ids = [f"probe {i}" for i in range(OWN)]
    np.savez(fresh.folder / "mine.npz", vectors=vectors, ids=ids)
    return fresh


@pytest.mark.skipif(not LLAMA.exists(), reason="needs ../shared/data/tinystories-656k")
def test_everything_of_others_goes_through_to_the_report(theirs: Project):
    """A real Llama, real stories, a dictionary on disk, own directions, and no cache."""
    console = theirs.make(changes=OTHERS)
    assert "[plan] a fresh run" in console
    results = theirs.results
    assert not (results / "activations").exists()
    origin = json.loads((results / "model" / "origin.json").read_text())
    assert origin["family"] == "LlamaForCausalLM" and origin["agreement"]["relative"] < 1e-4
    scored = tables.read(results / "scores" / "llc_functional.parquet").to_pandas()
    sizes = scored.groupby("group").size().to_dict()
    assert sizes == {"sae": 12, "matched": 12, "isotropic": 12, "file": OWN}
    assert np.isfinite(scored["value"]).all() and (scored["standard_error"] > 0).all()
    separated = tables.read(results / "separation.parquet").to_pandas()
    assert set(separated["control"]) == {"isotropic", "matched", "file"}
    sources = tables.read(results / "directions" / "file" / "00000-00008.parquet")["source"]
    assert sources[3].as_py().endswith("probe 3")
    page = (results / "report.html").read_text()
    assert "tinystories-656k" in page and "nothing here is a replication" in page
    assert not theirs.pending(changes=OTHERS), "nothing is left to do"


def test_recomputed_activations_give_the_scores_of_cached_ones(project: Project):
    """But for rounding: a projection, a difference of two activations, and an ablation."""
    chunk = "00000-00005.parquet"
    targets = [f"results-tiny/scores/{f}/isotropic/{chunk}" for f in ("projection_std", "ablation")]
    before = [tables.read(project.folder / target).to_pandas() for target in targets]
    project.make(*targets, changes={"activations": {"cache": "none"}})
    for target, cached in zip(targets, before, strict=True):
        found = tables.read(project.folder / target).to_pandas()
        np.testing.assert_allclose(found["value"], cached["value"], rtol=2e-4)


def test_what_is_missing_is_told_before_anything_runs(fresh: Project):
    """A model and a dictionary of the hub, which may not be asked: which files, and where to."""
    changes = {
        "hook": "blocks.9.hook_resid_pre",
        "model": {"source": "hub", "name": "gpt2"},
        "corpus": {"tokenizer": "model"},
        "dictionary": {
            "source": "hub",
            "release": "gpt2-small-res-jb",
            "id": "blocks.9.hook_resid_pre",
        },
        "study": OFF,
    }
    offline = Project(fresh.folder, fresh.environment | {"HF_HUB_OFFLINE": "1"})
    code, console = offline.run(changes=changes)
    assert code != 0 and "Traceback" not in console
    told = console[console.index("litmus: preflight: ") :]
    assert "2 problems, nothing long was started" in told
    assert "model.name: gpt2 is not in " in told and "models--gpt2" in told
    assert "dictionary.id: found 'blocks.9.hook_resid_pre' of gpt2-small-res-jb" in told
    assert not (fresh.results / "documents.parquet").exists()


def test_directions_of_another_width_are_told_before_anything_runs(fresh: Project):
    """One sentence, with the width that would do."""
    np.save(fresh.folder / "mine.npy", np.ones((3, 33)))
    changes = {"directions": {"candidate": "file", "file": "mine.npy"}}
    code, console = fresh.run(changes=changes)
    assert code != 0 and "whose vectors have 33 numbers; valid: 32" in sentence(console)
    assert not (fresh.results / "documents.parquet").exists()


def test_what_was_found_well_is_not_looked_at_again(project: Project):
    """Other settings are, and what they change runs in the same go."""
    target = "results-tiny/scores/sparsity/isotropic/00000-00005.parquet"
    (project.folder / target).unlink()
    assert "[plan]" not in project.make(target)
    before = (project.folder / target).read_bytes()
    changes = {"metrics": {"sparsity": {"threshold": 0.5}}}
    assert "[plan]" in project.make(target, changes=changes)
    assert (project.folder / target).read_bytes() != before
