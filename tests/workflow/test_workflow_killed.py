"""Killed at any moment, a run loses at most the job in flight."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from workflow.project import PATIENCE, Project, artefacts

pytestmark = pytest.mark.workflow

ACTIVATIONS = "activations/blocks.1.hook_resid_pre.parquet"


def until(found: Callable[[], object], snakemake: subprocess.Popen) -> object:
    """What `found` gives as soon as it gives something; Snakemake must still be at work."""
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE:
        if there := found():
            return there
        assert snakemake.poll() is None, "Snakemake ended before the moment to kill it"
        time.sleep(0.002)
    raise AssertionError("the moment to kill never came")


def script(project: Project, name: str) -> int | None:
    """The process that runs a rule's script in this project, if it runs."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().decode().split("\0")
            at = (entry / "cwd").readlink()
        except OSError:
            continue  # it has ended in between, or is not ours
        if at == project.folder and len(command) > 1 and command[1].endswith(f".{name}.py"):
            return int(entry.name)
    return None


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


def test_a_killed_snakemake_goes_on_after_unlocking(finished: Project, project: Project):
    """Its jobs live on as orphans; the next run ends with the bytes of an undisturbed one."""
    removed(project, "directions", "scores", "traces", "figures")
    for name in ("separation.parquet", "separation.csv", "report.html"):
        (project.results / name).unlink()
    snakemake = project.start()
    until(lambda: script(project, "llc_functional"), snakemake)
    until(lambda: list((project.results / "scores").rglob("*.parquet")), snakemake)
    snakemake.kill()
    snakemake.wait(PATIENCE)
    code, console = project.run()
    assert code != 0 and "--unlock" in console
    project.make(arguments=["--unlock"])
    project.make()
    assert (project.results / "report.html").exists()
    before, after = artefacts(finished.results), artefacts(project.results)
    assert after.keys() == before.keys()
    assert [name for name in after if before[name] != after[name]] == []
