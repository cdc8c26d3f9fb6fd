"""The plan: what will be done, on how much disk, and for how long."""

from typing import Any

from litmus.plan.stages import ALWAYS, OVERHEAD, Stage, kept
from litmus.preflight.machine import size as in_words

LONGEST = 3  # stages that the plan names


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
