"""The learning coefficient of deep linear networks, exactly.

Aoyagi (2023), "Consideration on the learning efficiency of multiple-layered neural networks with
linear units", doi 10.2139/ssrn.4404877. The network is W_L ⋯ W_1 with widths H_1, …, H_{L+1}, and
the true product has rank r.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple


class Learning(NamedTuple):
    """Free energy is λ·log n − (m − 1)·log log n + O(1)."""

    coefficient: Fraction
    """λ, the smallest of the local coefficients over all parameters with the true product."""
    multiplicity: int
    """m, the order of the pole: above 1 where several strata of the smallest λ cross."""


def learning(widths: Sequence[int], rank: int) -> Learning:
    """λ and multiplicity of a deep linear network.

    Args:
        widths: H_1, …, H_{L+1}, the input's first; at least two.
        rank: r of the true product, at most the narrowest width.
    """
    if len(widths) < 2 or not 0 <= rank <= min(widths):
        raise ValueError(f"expected ≥ 2 widths and a rank from 0 to {min(widths)}, got {rank}")
    excess = sorted(width - rank for width in widths)  # M
    layers = len(widths) - 1
    chosen = [n for n in range(1, layers + 1) if n * excess[n] < sum(excess[: n + 1])]
    ell = max(chosen, default=1)
    narrow = excess[: ell + 1]
    total = sum(narrow)  # S
    a = total - (-(-total // ell) - 1) * ell
    coefficient = (
        Fraction(-(rank**2) + rank * (widths[0] + widths[-1]), 2)
        + Fraction(a * (ell - a), 4 * ell)
        - Fraction(ell * (ell - 1), 4) * Fraction(total, ell) ** 2
        + Fraction(sum(x * y for x, y in combinations(narrow, 2)), 2)
    )
    return Learning(coefficient, a * (ell - a) + 1)
