"""Paired, interleaved timing: a ratio that a busy machine disturbs on both sides alike."""

import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch


class Comparison(NamedTuple):
    """Ours against something else, in the same unit; a ratio above 1 means that ours is better."""

    name: str
    ours: float
    theirs: float
    unit: str
    ratio: float
    ratio_min: float
    ratio_max: float
    pairs: int


def timed(work: Callable[[], object], device: torch.device | str = "cpu") -> float:
    """Seconds that one call takes, until its device has done all of it."""
    wait = torch.cuda.synchronize if torch.device(device).type == "cuda" else lambda: None
    wait()
    started = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - started


def compare(
    name: str, unit: str, ours: Callable[[], float], theirs: Callable[[], float], pairs: int = 5
) -> Comparison:
    """Measure both sides `pairs` times, one after the other; medians and the spread of the ratio.

    Args:
        name: of the comparison.
        unit: of both measures, of which less is better.
        ours: runs our side once and returns its measure.
        theirs: likewise.
        pairs: how many times.
    """
    ours(), theirs()  # warm
    rows = [(ours(), theirs()) for _ in range(pairs)]
    ratios = [other / mine for mine, other in rows]
    return Comparison(
        name,
        statistics.median(mine for mine, _ in rows),
        statistics.median(other for _, other in rows),
        unit,
        statistics.median(ratios),
        min(ratios),
        max(ratios),
        pairs,
    )


def show(comparison: Comparison) -> None:
    """One line of the table."""
    c = comparison
    print(
        f"{c.name:34} {c.ours:10.4g} {c.theirs:10.4g} {c.unit:26} "
        f"{c.ratio:6.2f} ({c.ratio_min:.2f} to {c.ratio_max:.2f})",
        flush=True,
    )


def write(comparisons: list[Comparison], path: Path) -> None:
    """`bench.json`: a list of comparisons; those of other names already there are kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(path.read_text()) if path.exists() else []
    names = {c.name for c in comparisons}
    rows = [row for row in kept if row["name"] not in names]
    rows += [c._asdict() for c in comparisons]
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(rows, indent=2) + "\n")
    os.replace(temporary, path)
