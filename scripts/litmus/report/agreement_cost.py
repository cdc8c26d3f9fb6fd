"""What λ̂ and its cheap measures cost, from Snakemake's benchmark files."""

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from litmus.directions.chunks import indices
from litmus.report.cells import Table, cell, text
from litmus.report.prose import count, number, plus_minus
from litmus.study.run import BASELINE, CHEAP, DEAR


class Cost(NamedTuple):
    """Seconds a direction, over jobs."""

    mean: float
    standard_error: float
    """From the spread between jobs; NaN of one."""
    jobs: int


def cost(family: str, benchmarks: Path, jobs: Sequence[str]) -> Cost:
    """Wall seconds per direction of a family's jobs, each `<family>/<group>/<chunk>`.

    A job whose file is missing or cannot be understood is passed over.
    """
    found = []
    for job in jobs:
        stage, _, rest = job.partition("/")
        if stage != family or "/" not in rest:
            continue
        try:
            with Path(benchmarks, f"{job}.tsv").open(encoding="utf-8", newline="") as lines:
                seconds = [float(row["s"]) for row in csv.DictReader(lines, delimiter="\t")]
            found.append(np.mean(seconds) / len(indices(rest.rpartition("/")[2])))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    if not found:
        return Cost(math.nan, math.nan, 0)
    error = float(np.std(found, ddof=1) / math.sqrt(len(found))) if len(found) > 1 else math.nan
    return Cost(float(np.mean(found)), error, len(found))


def table(
    pairs: Sequence[tuple[str, str]],
    blocks: Mapping[str, Any],
    titles: Mapping[str, str],
    benchmarks: Path,
    jobs: Sequence[str],
) -> Table | None:
    """One row a family of the pairs; None where nothing was recorded.

    Args:
        pairs: of metrics.
        blocks: the config's `metrics`.
        titles: of the metrics.
        benchmarks: the folder of the benchmark files.
        jobs: the run's jobs.
    """
    metrics = list(dict.fromkeys(metric for pair in pairs for metric in pair))
    dear = cost(DEAR, benchmarks, jobs)
    if not dear.jobs:
        return None
    rows = []
    for family in (DEAR, *CHEAP, BASELINE):
        found, of = cost(family, benchmarks, jobs), [m for m in metrics if m.startswith(family)]
        if not (found.jobs and of and family in blocks):
            continue
        share = found.mean / dear.mean
        errors = [each.standard_error / each.mean for each in (found, dear)]
        spread = share * math.hypot(*errors) if family != DEAR else math.nan
        rows.append(
            [
                text(titles[of[0]].partition(",")[0]),
                cell(len(of), count(len(of))),
                cell(found.jobs, count(found.jobs)),
                cell(found.mean, plus_minus(found.mean, found.standard_error)),
                cell(share, "1" if family == DEAR else plus_minus(share, spread)),
                cell(1 / share, number(1 / share, 2)),
            ]
        )
    columns = ("measure", "metrics", "jobs", "seconds a direction", "of λ̂’s", "times cheaper")
    return Table("Cost of a direction, starting the job included", columns, rows)
