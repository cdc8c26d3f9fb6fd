"""How much fits into the memory at hand, and what to do when it was too much after all."""

import gc
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
import torch

from litmus.device import jobs_per_gpu
from litmus.errors import LitmusError

Result = TypeVar("Result")
# Set by the workflow: jobs that may run beside each other and share this machine's memory.
CPU_JOBS = "LITMUS_CPU_JOBS"
SHARE = 0.8  # of its part of the free memory that a job plans with (ours)
CGROUPS, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
# What CUDA, cuBLAS and torch's own allocator for the CPU say.
TOO_MUCH = re.compile(r"out of memory|can't allocate memory|ALLOC_FAILED", re.IGNORECASE)


def within_memory(
    size: int, run: Callable[[int], Result], key: str, unit: str
) -> tuple[Result, int]:
    """`run(size)`, from its beginning with half the size as often as memory runs out.

    For sizes that decide memory and never the result.

    Args:
        size: how many at once, at most.
        run: told how many at once.
        key: of the config, which the user can lower.
        unit: what is counted, e.g. `sequences`.

    Returns:
        What `run` gives, and the size with which it did.

    Raises:
        LitmusError: not even one fits.
    """
    while True:
        try:
            return run(size), size
        except (MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error):
                raise
            last = str(error).strip().split("\n")[0]
        # Not in the handler: the error there holds on to everything that the run had made.
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if size <= 1:
            raise LitmusError(
                f"{key}: out of memory with no more than 1 of its {unit} at once ({last}); needed: "
                "more memory, fewer jobs at a time, or a smaller subject"
            )
        size //= 2
        print(
            f"[out of memory] {key}: too many {unit} at once, begun again with {size}; "
            "no result depends on it, beyond rounding",
            file=sys.stderr,
            flush=True,
        )


def fits(bytes_each: float, device: torch.device, share: float = SHARE) -> int:
    """How many things of `bytes_each` fit into a share of this job's part of the free memory."""
    return int(share * free(device) // max(1, bytes_each))


def free(device: torch.device) -> int:
    """Bytes that this job may count on: of a GPU, or of this machine's memory for a CPU.

    What is free now, divided by how many jobs may share it. Jobs that run already have taken
    theirs, so this errs on the safe side.
    """
    if device.type == "cuda":
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return (torch.cuda.mem_get_info(device)[0] + unused) // jobs_per_gpu()
    left = min([psutil.virtual_memory().available, *_limits()])
    return max(0, left) // int(os.environ.get(CPU_JOBS) or 1)


def _limits() -> list[int]:
    """What cgroups, as containers and clusters set them, leave of the limits above this process."""
    found = []
    try:
        lines = OWN.read_text().splitlines()
        own = next(line.removeprefix("0::/") for line in lines if line.startswith("0::/"))
    except (OSError, StopIteration):
        return []
    inside = CGROUPS / own
    for group in (inside, *inside.parents):
        if group == CGROUPS.parent:
            break
        try:
            limit = int((group / "memory.max").read_text())
            used = int((group / "memory.current").read_text())
            cache = re.search(r"^inactive_file (\d+)", (group / "memory.stat").read_text(), re.M)
        except (OSError, ValueError):
            continue  # no limit here: `max`, or no such file
        found.append(limit - used + (int(cache[1]) if cache else 0))
    return found


def _is_out_of_memory(error: Exception) -> bool:
    known = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return known or TOO_MUCH.search(str(error)) is not None
