"""The plan: what will be done, on how much disk, and for how long."""

from typing import Any

from litmus.plan.stages import ALWAYS, OVERHEAD, Stage, kept
from litmus.plan.work import Size
from litmus.preflight.machine import size as in_words
from litmus.settings.settings import Settings

LONGEST = 3  # stages that the plan names
COPIES = 6  # of a chain's weights: itself, gradient, noise, what autograd keeps


def largest(settings: Settings, size: Size) -> float:
    """Bytes that the largest job holds at least: weights, a dictionary's data, or chains."""
    weights = 4 * size.parameters
    chains = [
        block.chains * 4 * size.parameters_below * COPIES
        for name in ("llc_functional", "llc_behavioral", "llc_natural")
        if (block := getattr(settings.metrics, name)).enabled
    ]
    trained = 0
    if settings.dictionary.source == "train":
        tokens = settings.activations.train_sequences * settings.corpus.context
        trained = 2 * 4 * tokens * size.architecture.width
    return max([3 * weights, trained, *chains])


def plan(
    stages: list[Stage], jobs: int, rate: float, workers: int, free: float, device: str
) -> dict[str, Any]:
    """The plan as a record.

    Args:
        stages: what a fresh run does.
        jobs: how many there are, small ones included.
        rate: operations a second, of all cores together or of one GPU.
        workers: cores or GPUs that jobs run on at the same time.
        free: bytes free where results go.
        device: in words.
    """
    each = {
        stage.name: {
            "jobs": stage.jobs,
            "operations": stage.operations,
            "seconds": stage.seconds(rate),
        }
        for stage in stages
    }
    overhead = (OVERHEAD * jobs + ALWAYS) / workers
    return {
        "jobs": jobs,
        "bytes": kept(stages),
        "free": free,
        "seconds": sum(stage["seconds"] for stage in each.values()) + overhead,
        "device": device,
        "rate": rate,
        "stages": each,
    }


def told(record: dict[str, Any]) -> str:
    """The plan in three lines."""
    stages = sorted(record["stages"].items(), key=lambda item: -item[1]["seconds"])[:LONGEST]
    most = ", ".join(f"{name} {duration(stage['seconds'])}" for name, stage in stages)
    return (
        f"[plan] a fresh run: {record['jobs']} jobs, {in_words(record['bytes'])} on disk "
        f"({in_words(record['free'])} free)\n"
        f"[plan] about {duration(record['seconds'])} on {record['device']}, give or take a half; "
        f"what is there already is not done again\n"
        f"[plan] longest: {most}"
    )


def duration(seconds: float) -> str:
    """`40 s`, `13 min`, `2.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
