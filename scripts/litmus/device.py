"""Where tensors live, and how many threads work on them."""

import ctypes
import os

import torch

from litmus import slots
from litmus.errors import LitmusError

# Set by the workflow from the config's key of this name; no result depends on it.
JOBS_PER_GPU = "LITMUS_JOBS_PER_GPU"


def take(name: str, threads: int) -> torch.device:
    """The device that the config's `device` names; sets torch's thread count to `threads`.

    Of several GPUs it is one that no other job of this user holds, and this process's until it
    ends; where all are taken it waits, and says so. Algorithms are torch's deterministic ones.
    Results on the CPU may still differ in their last bits between thread counts, so a rule states
    its own.

    On a GPU `cuda-tf32` lets matrix products read ten bits of each mantissa, for speed. With such
    rounding emulated on a CPU λ̂ differs by a tenth of its standard error
    (tests/metrics/test_metrics_llc_precision.py).

    Raises:
        LitmusError: `cuda` is asked for and there is none.
    """
    torch.set_num_threads(threads)
    torch.set_float32_matmul_precision("high" if name == "cuda-tf32" else "highest")
    _keep_memory()
    # Else two threads add an embedding's gradients up in whatever order they come.
    torch.set_deterministic_debug_mode("warn")  # the same call, without an import of a second
    torch.utils.deterministic.fill_uninitialized_memory = False  # a check on torch, at a cost
    available = name != "cpu" and torch.cuda.is_available()
    if name.startswith("cuda") and not available:
        raise LitmusError(
            f"device: found {name!r}, but torch sees no CUDA device here; valid: auto or cpu"
        )
    if not available:
        return torch.device("cpu")
    device = torch.device("cuda", _own())
    torch.cuda.set_device(device)  # for what says no more than `cuda`
    return device


def jobs_per_gpu() -> int:
    """How many jobs share a GPU, as the config says."""
    return int(os.environ.get(JOBS_PER_GPU) or 1)


def _own() -> int:
    """The number of a GPU that is this process's alone, or shared with as many as allowed."""
    count = torch.cuda.device_count()
    if count == 1 and "CUDA_VISIBLE_DEVICES" in os.environ:
        return 0  # a scheduler has chosen for this job, and knows who else is there
    # By identity: two processes that see different devices may number them differently.
    names = [
        str(getattr(torch.cuda.get_device_properties(number), "uuid", number))
        for number in range(count)
    ]
    return slots.take(names, jobs_per_gpu(), slots.folder(), "a GPU")


def _keep_memory() -> None:
    """Let glibc keep what is freed for the next step, rather than fault every page in again.

    A tenth of a chain step's time. Where the C library has no mallopt, nothing happens.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        trim_threshold, top_pad, mmap_threshold = -1, -2, -3
        library.mallopt(trim_threshold, 2**31 - 1)
        library.mallopt(mmap_threshold, 2**30)
        library.mallopt(top_pad, 2**26)
