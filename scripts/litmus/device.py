"""Where tensors live, and how many threads work on them."""

import ctypes

import torch

from litmus.errors import LitmusError


def take(name: str, threads: int) -> torch.device:
    """The device that the config's `device` names; sets torch's thread count to `threads`.

    Algorithms are torch's deterministic ones. Results on the CPU may still differ in their last
    bits between thread counts, so a rule states its own.

    Raises:
        LitmusError: `cuda` is asked for and there is none.
    """
    torch.set_num_threads(threads)
    _keep_memory()
    # Else two threads add an embedding's gradients up in whatever order they come.
    torch.set_deterministic_debug_mode("warn")  # the same call, without an import of a second
    torch.utils.deterministic.fill_uninitialized_memory = False  # a check on torch, at a cost
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise LitmusError(
            "device: found 'cuda', but torch sees no CUDA device here; valid: auto or cpu"
        )
    return torch.device("cuda" if available and name != "cpu" else "cpu")


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
