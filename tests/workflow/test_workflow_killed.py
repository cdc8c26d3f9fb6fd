"""Killed at any moment, a run loses at most the job in flight."""

import os
import signal

import pytest

from workflow.killing import Killed, script, until
from workflow.project import PATIENCE, Project, artefacts

pytestmark = pytest.mark.workflow

ACTIVATIONS = "activations/blocks.1.hook_resid_pre.parquet"


def removed(project: Project, *folders: str) -> None:
    """Delete folders of the results."""
    for folder in folders:
        for path in sorted((project.results / folder).rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()


def test_a_killed_training_resumes_and_ends_with_the_same_bytes(
    finished: Project, project: Project
):
    """The script dies after a checkpoint; the next run goes on from there."""
    removed(project, "model")
    weights = project.results / "model" / "model.safetensors"
    target = "results-tiny/model/model.safetensors"
    snakemake = project.start(targets=[target])
    training = until(lambda: script(project, "train_model"), snakemake)
    checkpoint = project.results / "model" / "checkpoint.pt"
    until(checkpoint.exists, snakemake)
    os.kill(training, signal.SIGKILL)
    assert snakemake.wait(PATIENCE) != 0
    assert not weights.exists() and checkpoint.exists()
    project.make(target)
    before, after = artefacts(finished.results), artefacts(project.results)
    model = {name for name in before if name.startswith("model/")}
    assert {name for name in after if name.startswith("model/")} == model
    assert [name for name in model if before[name] != after[name]] == []


def test_a_writer_killed_in_the_middle_leaves_nothing_half_written(
    finished: Project, project: Project
):
    """The cache is there whole or not at all, and what was begun is cleared away."""
    removed(project, "activations", "statistics")
    cache = project.results / ACTIVATIONS
    snakemake = project.start(targets=[f"results-tiny/{ACTIVATIONS}"])
    writer = until(lambda: script(project, "activations"), snakemake)
    until(lambda: list(cache.parent.glob(".*.part")), snakemake)
    os.kill(writer, signal.SIGKILL)
    assert snakemake.wait(PATIENCE) != 0
    assert not cache.exists()
    project.make(f"results-tiny/{ACTIVATIONS}")
    assert [path.name for path in cache.parent.iterdir()] == [cache.name]
    assert cache.read_bytes() == (finished.results / ACTIVATIONS).read_bytes()


def test_a_killed_snakemake_goes_on_after_unlocking(killed: Killed):
    """Its jobs live on as orphans; the next run says how to go on, and the one after that ends."""
    assert killed.locked.code != 0 and "--unlock" in killed.locked.console
    assert (killed.project.results / "report.html").exists()
