"""Where the numbers come from: settings, versions, seeds, and how long each stage took."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from litmus.report.cells import Table, cell, text
from litmus.report.prose import count, duration, number


def settings_yaml(settings: dict[str, Any]) -> str:
    """The whole config as YAML, in its own order."""
    return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True, width=96)


def version_table(versions: dict[str, str]) -> Table:
    """One row a package."""
    rows = [[text(name), text(version)] for name, version in sorted(versions.items())]
    return Table("Versions", ("package", "version"), rows)


def run_facts(provenance: dict[str, Any]) -> list[tuple[str, str]]:
    """Commit, interpreter, platform and every seed of the run."""
    settings = provenance.get("settings", {})
    seeds = {"seed": provenance.get("seed", settings.get("seed"))}
    seeds |= {
        f"{name}.seed": block["seed"]
        for name, block in settings.items()
        if isinstance(block, dict) and "seed" in block
    }
    facts = [(name, provenance.get(name)) for name in ("commit", "python", "platform")]
    return [(name, str(value)) for name, value in [*facts, *seeds.items()] if value is not None]


def duration_table(folder: Path, names: Sequence[str]) -> Table:
    """Wall time and peak memory by stage, from Snakemake's benchmark files below `folder`.

    Of the jobs that `names` name, such as `sparsity/sae/00000-00047`: files of jobs that another
    config had may lie beside them. One that is missing or cannot be understood is passed over,
    since a benchmark is never worth a report.
    """
    stages: dict[str, list[tuple[float, float]]] = {}
    for name in sorted(names):
        measured = _measured(Path(folder, f"{name}.tsv"))
        stages.setdefault(name.split("/")[0], []).extend(measured)
    stages = {name: jobs for name, jobs in stages.items() if jobs}
    rows = []
    for name, jobs in sorted(stages.items(), key=lambda item: -sum(job[0] for job in item[1])):
        total = sum(job[0] for job in jobs)
        longest = max(job[0] for job in jobs)
        memory = max(job[1] for job in jobs)
        rows.append(
            [
                text(name.replace("_", " ")),
                cell(len(jobs), count(len(jobs))),
                cell(total, duration(total)),
                cell(longest, duration(longest)),
                cell(memory, number(memory) if memory > 0 else "–"),
            ]
        )
    columns = ("stage", "jobs", "time in all", "longest job", "peak memory, MiB")
    return Table("How long each stage took", columns, rows)


def _measured(path: Path) -> list[tuple[float, float]]:
    """(seconds, peak MiB or 0) of every repetition in one benchmark file."""
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t"))
        return [(float(row["s"]), _megabytes(row.get("max_rss"))) for row in rows]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _megabytes(value: str | None) -> float:
    try:
        return float(value or 0)
    except ValueError:  # Snakemake writes NA or - where it could not look
        return 0.0
