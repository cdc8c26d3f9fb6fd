"""From how far each logit moved to a few numbers a token.

On a CPU by NumPy's exp and sort, which take half and a tenth of the time of torch's.
"""

import numpy as np
import torch
from torch import Tensor

# NumPy sorts so many numbers seven times as fast as twice as many.
_SHORT = 512
# A sum of probabilities between these has lost nothing that counts to under- or overflow.
_LEAST, _MOST = 1e-20, 1e30


def risen(moved: Tensor, logs: Tensor, rows: Tensor, room: Tensor) -> Tensor:
    """How far the partition function rises: log Σ_v p_v·exp(moved_v) of each token, in nats.

    Args:
        moved: (tokens, vocabulary).
        logs: log p, (tokens of the unchanged run, vocabulary).
        rows: which of these each token is compared with, (tokens,).
        room: in the shape of `moved`; overwritten.

    Returns:
        (tokens,).
    """
    torch.index_select(logs, 0, rows, out=room).add_(moved)
    if room.is_cpu:
        with np.errstate(over="ignore"):
            np.exp(room.numpy(), out=room.numpy())
        total = room.sum(-1)
        least, most = total.aminmax()
        if least > _LEAST and most < _MOST:
            return total.log_()
        torch.index_select(logs, 0, rows, out=room).add_(moved)
    return torch.logsumexp(room, -1)


def norms(moved: Tensor, bound: Tensor) -> tuple[Tensor, Tensor]:
    """Σ|x − m| and Σ(x − m)² of each row, m its median; overwrites the rows.

    Args:
        moved: rows whose mean is zero, (n, vocabulary).
        bound: the largest |x| of each row, or more, (n,).

    Returns:
        Each (n,).
    """
    count = moved.shape[-1]
    squares = dot(moved, moved)
    if moved.is_cpu:
        # Of what is not negative.
        lower = lower_half(moved.add_(bound.unsqueeze(-1))).sub_(bound.unsqueeze(-1))
        median = lower.amax(-1)
        # What lies above the median adds up to minus what lies below.
        l1 = (2 * lower.shape[-1] - count) * median - 2 * lower.sum(-1)
    else:
        median = moved.median(-1).values
        l1 = moved.sub_(median.unsqueeze(-1)).abs_().sum(-1)
    return l1, squares.add_(median.square(), alpha=count)


def dot(x: Tensor, y: Tensor) -> Tensor:
    """⟨x, y⟩ of each row: (n, m), (n, m) → (n,)."""
    if x.is_cpu:
        return torch.from_numpy(np.vecdot(x.numpy(), y.numpy()))
    return torch.linalg.vecdot(x, y)


def lower_half(values: Tensor) -> Tensor:
    """The ⌈n/2⌉ smallest of each row, in any order: the largest is the median, of two the lower.

    Args:
        values: none of them negative, on a CPU, (rows, n); overwritten.
    """
    count = values.shape[-1]
    half = (count + 1) // 2
    rows = values.numpy()
    # In the order of their bits, which takes two thirds of the time: no integer is NaN.
    bits = rows.view(f"i{rows.itemsize}")
    lower, upper = values[:, :half], values[:, half:]
    if half > _SHORT:
        bits.partition(half - 1)
        return lower
    bits[:, :half].sort()
    bits[:, half:].sort()
    # Of two sorted halves, the smaller of each and its mirror image are the lower half of all.
    paired = lower[:, count % 2 :]
    torch.minimum(paired, upper.flip(-1), out=paired)
    return lower
