"""Disk, memory and speed of the machine at hand, held against what a run needs."""

import shutil
import time
from pathlib import Path

import psutil
import torch

ROOM = 1.2  # of the bytes that are counted: tables, figures and logs beside them
SIDE = 512  # of the matrices whose product tells the rate: what the default's steps multiply
LOOK = 0.5  # seconds, of which the fastest product counts: other work on the machine slows most


def disk(folder: str | Path, needed: float) -> str:
    """What is wrong with the room on the disk; nothing where there is enough.

    Args:
        folder: that receives the results, there or not.
        needed: bytes that a fresh run keeps, as counted.
    """
    free = shutil.disk_usage(_nearest(folder)).free
    held = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    if ROOM * needed <= free + held:
        return ""
    return (
        f"results: {folder} has {size(free)} free, a run needs {size(ROOM * needed)}; free space, "
        "name a folder on another disk, or set activations.cache: none"
    )


def free_disk(folder: str | Path) -> int:
    """Bytes that are free where `folder` is, or will be."""
    return shutil.disk_usage(_nearest(folder)).free


def ram() -> int:
    """Bytes of this machine's memory."""
    return psutil.virtual_memory().total


def uses_gpu(device: str) -> bool:
    """Whether jobs run on a GPU, where the config says so and one is there."""
    return torch.cuda.is_available() and device != "cpu"


def gpu_memory() -> int:
    """Bytes of the smallest GPU, for any may be a job's."""
    every = map(torch.cuda.get_device_properties, range(torch.cuda.device_count()))
    return min(one.total_memory for one in every)


def rate(device: torch.device) -> float:
    """Operations a second of a product of 512 × 512 matrices in float32, all cores at work."""
    cuda = device.type == "cuda"
    side = 8 * SIDE if cuda else SIDE
    a, b = torch.ones(side, side, device=device), torch.ones(side, side, device=device)
    best, until = float("inf"), time.perf_counter() + LOOK
    while (started := time.perf_counter()) < until:
        a @ b
        if cuda:
            torch.cuda.synchronize(device)
        best = min(best, time.perf_counter() - started)
    return 2 * side**3 / best


def size(count: float) -> str:
    """Bytes in words: `1.5 GB`."""
    for unit in ("kB", "MB", "GB"):
        count /= 1000
        if count < 1000:
            return f"{count:.3g} {unit}"
    return f"{count / 1000:.3g} TB"


def _nearest(folder: str | Path) -> Path:
    """The folder itself, or the nearest above it that is there."""
    path = Path(folder).resolve()
    return next(p for p in (path, *path.parents) if p.exists())
