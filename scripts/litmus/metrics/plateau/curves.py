"""What else a curve along a line says: its height, area, steepest place, and where it bends.

A curve is sampled at `share` (steps,), in shares of the range; `y` is (…, steps) and 0 at share 0.
"""

import torch
from torch import Tensor

# How far from a straight line the change at the read hook counts as bent, and over which part of
# the range the line is laid: the source's follow-ups, which take steps 1 to 10 of 100.
DEPARTURE = 0.1
LINE = 0.1


def area(share: Tensor, y: Tensor) -> Tensor:
    """∫ y over the range, by trapezoids: the mean height, (…,)."""
    at, height = _from_zero(share, y)
    return torch.trapezoid(height, at, dim=-1)


def steepest(share: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The greatest rise between two steps per share of the range, and the middle of the two."""
    at, height = _from_zero(share, y)
    slope, where = (height.diff(dim=-1) / at.diff()).max(-1)
    return slope, ((at[:-1] + at[1:]) / 2)[where]


def departure(share: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Where y first departs by a tenth from the line through the steps of the first tenth.

    The line is that of least squares through these steps, two at least, and not through zero.
    Between two steps the departure is interpolated.

    Returns:
        The share, 1 where it never departs, and whether it does: (…,).
    """
    count = max(2, int((share <= LINE + 1e-6).sum()))
    early = share[:count]
    offset = early - early.mean()
    slope = (y[..., :count] * offset).sum(-1) / offset.square().sum()
    line = y[..., :count].mean(-1)[..., None] + slope[..., None] * (share - early.mean())
    apart = (y - line).abs() / line.abs().clamp_min(torch.finfo(y.dtype).tiny)
    apart[..., :count] = 0  # the steps that the line was laid through
    beyond = apart > DEPARTURE
    first = beyond.to(torch.uint8).argmax(-1).clamp_min(1)
    before, after = (apart.gather(-1, i[..., None]).squeeze(-1) for i in (first - 1, first))
    part = (DEPARTURE - before) / (after - before)
    place = share[first - 1] + part * (share[first] - share[first - 1])
    departs = beyond.any(-1)
    return torch.where(departs, place, torch.ones_like(place)), departs


def at(share: Tensor, y: Tensor, place: float) -> Tensor:
    """y at a step of the curve, (…,)."""
    return y[..., int((share - place).abs().argmin())]


def _from_zero(share: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The curve with its start, where it is zero."""
    return torch.cat([share.new_zeros(1), share]), torch.cat([torch.zeros_like(y[..., :1]), y], -1)
