"""Where tensors live, and how many threads work on them."""

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
    # Else two threads add an embedding's gradients up in whatever order they come.
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # a check on torch, at a cost
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise LitmusError(
            "device: found 'cuda', but torch sees no CUDA device here; valid: auto or cpu"
        )
    return torch.device("cuda" if available and name != "cpu" else "cpu")
