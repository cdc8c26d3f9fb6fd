"""The tiny preset on a real Slurm, with a job cancelled and another one's process killed."""

import os
import re
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from slurm import cluster
from workflow.killing import script, until
from workflow.project import PATIENCE, Project, artefacts, checkout

pytestmark = pytest.mark.workflow

# Asked as often as a small cluster bears; nobody has an account there.
ARGUMENTS = [
    *("--workflow-profile", "profiles/slurm", "--cores", "64", "--slurm-no-account"),
    *("--slurm-status-command", "squeue"),
    *("--slurm-init-seconds-before-status-checks", "2", "--seconds-between-status-checks", "2"),
]
UNITS = {"M": 1, "G": 1024}


class Job(NamedTuple):
    """A job as Slurm has it."""

    number: str
    rule: str
    """With its wildcards."""
    state: str
    memory: float
    """Asked for, MiB."""
    gpu: bool
    """Whether one was asked for."""
    time: str


def jobs() -> list[Job]:
    """All that the cluster has seen, oldest first."""
    said = subprocess.run(
        ["scontrol", "-o", "show", "job"], capture_output=True, text=True, timeout=PATIENCE
    ).stdout
    found = []
    for line in said.splitlines():
        if "Comment=rule_" not in line:
            continue
        has = dict(re.findall(r"(\w+)=(\S+)", line))
        memory = float(has["MinMemoryNode"][:-1]) * UNITS[has["MinMemoryNode"][-1]]
        gpu, rule = "gpu:1" in has.get("TresPerJob", ""), has["Comment"].removeprefix("rule_")
        found.append(Job(has["JobId"], rule, has["JobState"], memory, gpu, has["TimeLimit"]))
    return sorted(found, key=lambda job: int(job.number))


class Lost:
    """Does away with two jobs at work, as soon as each is."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.cancelled: Job | None = None
        """Was told to end by Slurm."""
        self.killed: Job | None = None
        """Lost its process."""

    def both(self) -> bool:
        """Look once; whether both are gone."""
        time.sleep(0.1)
        if self.cancelled is None and (process := script(self.project, "llc")):
            self.cancelled = self._of(process)
            scancel = ["scancel", self.cancelled.number]
            subprocess.run(scancel, check=True, timeout=PATIENCE)
        if self.killed is None and (process := script(self.project, "ablation")):
            self.killed = self._of(process)
            os.kill(process, signal.SIGKILL)
        return bool(self.cancelled and self.killed)

    def _of(self, process: int) -> Job:
        """The job that a process is part of."""
        environment = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
        number = next(v for v in environment if v.startswith(b"SLURM_JOB_ID=")).split(b"=")[1]
        return next(job for job in jobs() if job.number == number.decode())


class Clustered(NamedTuple):
    """A finished run, and what its cluster has seen."""

    project: Project
    console: str
    jobs: list[Job]
    cancelled: Job
    killed: Job


@pytest.fixture(scope="module")
def clustered(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Clustered:
    """The tiny preset through profiles/slurm, on two cores and two GPUs that are none."""
    if why := cluster.missing():
        pytest.skip(why)
    project = checkout(tmp_path_factory.mktemp("slurm") / "litmus", environment)
    # As on a machine with GPUs: the rules ask for one.
    project = replace(project, environment=environment | {"CUDA_VISIBLE_DEVICES": ""})
    with cluster.running(cores=2):
        snakemake = project.start(*ARGUMENTS)
        try:
            lost = Lost(project)
            until(lost.both, snakemake)
            code = snakemake.wait(PATIENCE)
        finally:
            snakemake.kill()
        console = (project.folder / "console.txt").read_text()
        assert code == 0, console
        seen = Clustered(project, console, jobs(), lost.cancelled, lost.killed)
    assert cluster.missing() is None  # its configuration is gone
    return seen


def of_rule(name: str, found: list[Job]) -> list[Job]:
    """The jobs of one rule."""
    return [job for job in found if re.fullmatch(rf"{name}(_wildcards_.*)?", job.rule)]


def test_a_cluster_gives_the_bytes_of_a_local_run(clustered: Clustered, finished: Project):
    """Every public file, though two jobs were lost on the way."""
    one, other = artefacts(finished.results), artefacts(clustered.project.results)
    assert (clustered.project.results / "report.html").exists()
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


@pytest.mark.parametrize("how, state", [("cancelled", "CANCELLED"), ("killed", "FAILED")])
def test_a_lost_job_is_done_again_with_more_memory(clustered: Clustered, how, state):
    """The same rule and wildcards once more, by Snakemake, with twice the memory; it ends well."""
    lost: Job = getattr(clustered, how)
    first, second = [job for job in clustered.jobs if job.rule == lost.rule]
    assert first.number == lost.number
    assert (first.state, second.state) == (state, "COMPLETED")
    assert second.memory == 2 * first.memory


def test_all_others_end_well_at_once(clustered: Clustered):
    """One job each."""
    lost = {clustered.cancelled.rule, clustered.killed.rule}
    others = [job for job in clustered.jobs if job.rule not in lost]
    assert {job.state for job in others} == {"COMPLETED"}
    assert len({job.rule for job in others}) == len(others)


def test_chunks_are_jobs_and_trifles_are_none(clustered: Clustered):
    """Scores of two chunks of three groups each; nothing that takes a second."""
    for rule in ("ablation", "plateau", "weight_sensitivity", "llc_quadratic"):
        chunks = {job.rule for job in of_rule(rule, clustered.jobs)}
        assert len(chunks) == 6, chunks
    rules = {job.rule.partition("_wildcards")[0] for job in clustered.jobs}
    light = ("gather", "figure", "directions", "projection", "sparsity", "report", "provenance")
    assert [rule for rule in rules if rule.startswith(light)] == []


def test_those_that_can_use_a_gpu_ask_for_one(clustered: Clustered):
    """And for time and memory, as the profile says."""
    for rule in ("train_model", "activations", "llc", "ablation"):
        assert all(job.gpu for job in of_rule(rule, clustered.jobs)), rule
    (separation,) = of_rule("separation", clustered.jobs)
    assert not separation.gpu
    assert (separation.memory, separation.time) == (8000, "01:00:00")
