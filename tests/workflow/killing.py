"""The moment to kill something, and a run whose Snakemake is killed half-way."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from workflow.project import PATIENCE, Outcome, Project


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


class Killed(NamedTuple):
    """A run whose Snakemake was killed."""

    project: Project
    """Finished in the end."""
    locked: Outcome
    """How the next run ended, before the folder was unlocked."""


def kill_snakemake(project: Project) -> Killed:
    """Run all, kill Snakemake while chains are sampled, unlock the folder and go on."""
    snakemake = project.start()
    until(lambda: script(project, "llc"), snakemake)
    until(lambda: list((project.results / "scores").rglob("*.parquet")), snakemake)
    snakemake.kill()
    snakemake.wait(PATIENCE)
    locked = project.run()
    project.make(arguments=["--unlock"])
    project.make()
    return Killed(project, locked)
