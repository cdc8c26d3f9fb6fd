"""A copy of the project in a folder of its own, in which a test may break what it likes."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PARTS = ("Snakefile", "config.yaml", "presets", "profiles", "rules", "scripts", "envs", "report")
# Seconds after which a command hangs rather than works.
PATIENCE = 600


class Outcome(NamedTuple):
    """How a command ended, and all that it put on the console."""

    code: int
    console: str


@dataclass(frozen=True)
class Project:
    """A checkout at `folder`, whose commands see nothing of the tester's environment but `PATH`."""

    folder: Path
    environment: dict[str, str]

    @property
    def results(self) -> Path:
        """Where the tiny preset writes."""
        return self.folder / "results-tiny"

    def command(self, *arguments: str, targets: Iterable[str], changes: dict | None) -> list[str]:
        """Snakemake's command line, with `changes` to the tiny preset in a file of their own."""
        overlay = self.folder / "changes.json"
        overlay.write_text(json.dumps(changes or {}))
        configs = ("--configfile", "presets/tiny.yaml", overlay.name)
        head = (sys.executable, "-m", "snakemake", "--cores", "2", *arguments)
        return [*head, *configs, "--", *targets]

    def start(self, *arguments: str, targets: Iterable[str] = (), **options) -> subprocess.Popen:
        """Snakemake in the background, its console in `console.txt`."""
        changes = options.pop("changes", None)
        return subprocess.Popen(
            self.command(*arguments, targets=targets, changes=changes),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=(self.folder / "console.txt").open("w"),
            stderr=subprocess.STDOUT,
            **options,
        )

    def run(self, *arguments: str, targets: Iterable[str] = (), **options) -> Outcome:
        """Snakemake to its end."""
        process = self.start(*arguments, targets=targets, **options)
        code = process.wait(PATIENCE)
        return Outcome(code, (self.folder / "console.txt").read_text())

    def make(
        self, *targets: str, arguments: Iterable[str] = (), changes: dict | None = None
    ) -> str:
        """Snakemake to its end, which must be a success; what the console shows."""
        code, console = self.run(*arguments, targets=targets, changes=changes)
        assert code == 0, console
        return console

    def pending(self, *targets: str, changes: dict | None = None) -> dict[str, str]:
        """What a run would make: path inside the results → the rule that makes it."""
        done = subprocess.run(
            self.command("--summary", targets=targets, changes=changes),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        header, *lines = [line.split("\t") for line in done.stdout.splitlines()]
        rows = [dict(zip(header, line, strict=True)) for line in lines]
        return {
            row["output_file"].partition("/")[2]: row["rule"]
            for row in rows
            if row["plan"] != "no update"
        }

    def edit(self, path: str, addition: str = "\n# A comment changes no result.\n") -> None:
        """Append to a file of the project."""
        with (self.folder / path).open("a") as file:
            file.write(addition)

    def stamps(self) -> dict[str, int]:
        """When each result was last written."""
        return {name: (self.results / name).stat().st_mtime_ns for name in artefacts(self.results)}


def artefacts(results: Path) -> dict[str, bytes]:
    """Every public file of a run and its bytes; not what holds durations, not the report."""
    private = {"logs", "benchmarks", "preflight.json", "report.html"}
    return {
        path.relative_to(results).as_posix(): path.read_bytes()
        for path in sorted(results.rglob("*"))
        if path.is_file() and path.relative_to(results).parts[0] not in private
    }


def checkout(folder: Path, environment: dict[str, str]) -> Project:
    """The parts of the project that a run needs, copied to `folder`."""
    folder.mkdir(parents=True)
    for part in PARTS:
        if (ROOT / part).is_dir():
            leave = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / part, folder / part, ignore=leave)
        else:
            shutil.copy2(ROOT / part, folder / part)
    return Project(folder, environment)


def copy(project: Project, folder: Path) -> Project:
    """A private copy of a project and its run, times of change included."""
    shutil.copytree(project.folder, folder, symlinks=True)
    return Project(folder, project.environment)


def sentence(console: str) -> str:
    """What the workflow said when it stopped, once: no traceback, one line."""
    assert "Traceback" not in console, console
    said = {line for line in console.splitlines() if line.startswith("litmus: ")}
    assert len(said) == 1, console
    return said.pop().removeprefix("litmus: ")


def clean_environment(home: Path, path: Path) -> dict[str, str]:
    """No settings of the tester's libraries or Snakemake; `path` goes before Python's own."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(path),
    }
