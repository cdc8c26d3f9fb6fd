"""From how far each logit moved to a few numbers a token.

On a CPU by NumPy's exp and sort, which take half and a tenth of the time of torch's.
"""

import numpy as np
import torch
from torch import Tensor

# NumPy sorts so many numbers seven times as fast as twice as many.
_SHORT = 512


def divergence(moved: Tensor, probabilities: Tensor, room: Tensor, out: Tensor) -> None:
    """KL(p ‖ q) with q ∝ p·exp(moved), in nats: log Σ_v p_v·exp(moved_v) − Σ_v p_v·moved_v.

    In the change alone, so that a small one loses no digits to the size of the logits.

    Args:
        moved: the change of every logit, (tokens, vocabulary). Where two of them are more than 60
            apart, a float's range may not do: see `far_divergence`.
        probabilities: p, in the same shape.
        room: in the same shape; overwritten.
        out: takes the result, (tokens,).
    """
    held = dot(moved, probabilities, torch.empty_like(out))
    if moved.is_cpu:
        np.exp(moved.numpy(), out=room.numpy())
    else:
        torch.exp(moved, out=room)
    dot(room, probabilities, out).log_().sub_(held)


def far_divergence(moved: Tensor, logs: Tensor) -> Tensor:
    """The same from log p, however far the logits moved: no p is too small, no change too large."""
    return torch.logsumexp(logs + moved, -1) - (logs.exp() * moved).sum(-1)


def norms(moved: Tensor, bound: Tensor, room: Tensor, l1: Tensor, squares: Tensor) -> None:
    """Σ|x − m| and Σ(x − m)² of each row, m its median; overwrites the rows.

    Args:
        moved: rows whose mean is zero, (n, vocabulary).
        bound: the largest |x| of each row, or more, (n,).
        room: in the rows' shape; overwritten.
        l1: takes the first, (n,).
        squares: takes the second, (n,).
    """
    count = moved.shape[-1]
    dot(moved, moved, squares)
    if moved.is_cpu:
        bound = bound.unsqueeze(-1)
        lower = lower_half(moved.add_(bound), room).sub_(bound)
        median = lower.amax(-1)
        # What lies above the median adds up to minus what lies below.
        torch.sum(lower, -1, out=l1).mul_(-2)
        if count % 2:
            l1 += median
    else:
        median = moved.median(-1).values
        torch.sum(moved.sub_(median.unsqueeze(-1)).abs_(), -1, out=l1)
    squares.addcmul_(median, median, value=count)


def dot(x: Tensor, y: Tensor, out: Tensor) -> Tensor:
    """⟨x, y⟩ of each row: (n, m), (n, m) → `out`, (n,)."""
    if x.is_cpu:
        np.vecdot(x.numpy(), y.numpy(), out=out.numpy())
        return out
    return torch.linalg.vecdot(x, y, out=out)


def lower_half(values: Tensor, room: Tensor) -> Tensor:
    """The ⌈n/2⌉ smallest of each row, in any order: the largest is the median, of two the lower.

    Args:
        values: none of them negative, on a CPU, (rows, n); overwritten.
        room: in the same shape; holds the result.
    """
    count = values.shape[-1]
    half, odd = (count + 1) // 2, count % 2
    rows = values.numpy()
    # In the order of their bits, which takes two thirds of the time: no integer is NaN.
    bits = rows.view(f"i{rows.itemsize}")
    lower, upper = values[:, :half], values[:, half:]
    if half > _SHORT:
        bits.partition(half - 1)
        return lower
    bits[:, :half].sort()
    bits[:, half:].sort()
    found = room.view(-1)[: lower.numel()].view(lower.shape)
    # Of two sorted halves, the smaller of each and its mirror image are the lower half of all.
    torch.minimum(lower[:, odd:], upper.flip(-1), out=found[:, odd:])
    if odd:
        found[:, 0] = lower[:, 0]
    return found
