"""Damaged files, full disks and numbers that are none: one sentence, and a way on."""

import os
import resource
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file, save_file

from workflow.following import FAMILIES
from workflow.project import Project, artefacts, sentence

pytestmark = pytest.mark.workflow

ACTIVATIONS = "activations/blocks.1.hook_resid_pre.parquet"
SCORES = "scores/sparsity/isotropic/00000-00005.parquet"
LIMIT = 1_000_000  # bytes; the documents of the default text need more


def truncate(path: Path) -> None:
    """Lose the second half."""
    os.truncate(path, path.stat().st_size // 2)


def flip(path: Path) -> None:
    """Alter one byte of the split that is scored, which comes first."""
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 10] ^= 0xFF
    path.write_bytes(whole)


@pytest.mark.parametrize("damage", [truncate, flip])
def test_a_damaged_cache_is_set_aside_and_made_again(finished: Project, project: Project, damage):
    """The job that reads it says so in one sentence; the next run rebuilds the same bytes."""
    cache, scores = project.results / ACTIVATIONS, project.results / SCORES
    damage(cache)
    scores.unlink()
    code, console = project.run(targets=[f"results-tiny/{SCORES}"])
    assert code != 0
    assert sentence(console).startswith(f"results-tiny/{ACTIVATIONS}: is damaged")
    assert not cache.exists() and cache.with_name(cache.name + ".damaged").exists()
    project.make(f"results-tiny/{SCORES}")
    for name in (ACTIVATIONS, SCORES):
        assert (project.results / name).read_bytes() == (finished.results / name).read_bytes()


def test_damage_that_nothing_reads_loses_nothing(project: Project):
    """A finished run stays finished."""
    cache = project.results / ACTIVATIONS
    times = cache.stat().st_atime_ns, cache.stat().st_mtime_ns
    truncate(cache)
    os.utime(cache, ns=times)
    assert project.pending() == {}


@pytest.fixture
def disk(tmp_path: Path):
    """A file system of twelve megabytes: room for a run as planned, until someone fills it."""
    there = tmp_path / "disk"
    there.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(there)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("mounting a small disk needs root")
    yield there
    subprocess.run(["umount", str(there)], check=True)


def fill(disk: Path) -> None:
    """Leave one megabyte."""
    (disk / "others").write_bytes(bytes(shutil.disk_usage(disk).free - LIMIT))


def test_a_disk_that_fills_up_is_one_sentence(fresh: Project, disk: Path):
    """One megabyte is left, and the text needs three."""
    target, changes = f"{disk}/results/documents.parquet", {"results": f"{disk}/results"}
    fresh.make("preflight", changes=changes)
    fill(disk)
    code, console = fresh.run(targets=[target], changes=changes)
    assert code != 0
    assert sentence(console).startswith(f"{target}: could not be written")
    assert "space" in sentence(console)
    assert not [p for p in disk.rglob("*") if p.suffix in (".parquet", ".part")]


def test_a_disk_that_is_too_small_is_told_before_anything_runs(fresh: Project, disk: Path):
    """What is free, what a run needs, and a way on."""
    fill(disk)
    code, console = fresh.run(changes={"results": f"{disk}/results"})
    assert code != 0
    told = sentence(console)
    assert told.startswith(f"results: {disk}/results has ") and "free, a run needs " in told
    assert not [p for p in disk.rglob("*") if p.suffix in (".parquet", ".part")]


def test_a_limit_on_the_size_of_files_is_one_sentence(fresh: Project):
    """What a quota does; nothing half-written is left."""
    code, console = fresh.run(
        targets=["results-tiny/documents.parquet"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT)),
    )
    assert code != 0
    told = sentence(console)
    assert told.startswith("results-tiny/documents.parquet: could not be written")
    assert artefacts(fresh.results) == {}


def test_a_weight_that_is_no_number_is_named(project: Project):
    """The file, the weight, and what would be valid."""
    weights = project.results / "model" / "model.safetensors"
    tensors = load_file(weights)
    name = sorted(tensors)[0]
    tensors[name].flat[0] = np.nan
    save_file(tensors, weights)
    code, console = project.run(targets=[f"results-tiny/{ACTIVATIONS}"])
    assert code != 0
    told = sentence(console)
    assert told.startswith(f"results-tiny/model/model.safetensors: {name} holds NaN")
    assert "must be finite" in told


def test_a_diverged_chain_is_counted_and_never_averaged(project: Project):
    """Its status is `diverged`, it has no value, and the report says how many there are."""
    metrics = {family: {"enabled": False} for family in FAMILIES if family != "sparsity"}
    chains = {"enabled": True, "calibrate": [], "n_beta": 1e44, "nonlinearity": "none"}
    changes = {
        "metrics": metrics | {"llc_functional": chains},
        "directions": {"count": 6, "controls": ["isotropic"]},
        "plateaus": {"enabled": False},
        "study": {"enabled": False},
    }
    project.make(changes=changes)
    scores = pd.read_parquet(project.results / "scores" / "llc_functional.parquet")
    assert set(scores["status"]) == {"diverged"}
    assert scores["value"].isna().all() and scores["standard_error"].isna().all()
    report = (project.results / "report.html").read_text()
    assert f"{len(scores)} diverged" in report
