"""The quadratic's local learning coefficient from a kernel, and its error over samples."""

from typing import NamedTuple

import torch
from torch import Tensor


class Estimate(NamedTuple):
    """λ and the standard error that the choice of samples gives it."""

    value: float
    standard_error: float


def coefficient(kernel: Tensor, owners: Tensor, samples: int, ridge: float) -> Estimate:
    """½ Σᵢ hᵢ/(hᵢ + ridge) over the eigenvalues of `kernel`, and its delete-one jackknife error.

    The kernel is a mean over samples, each owning some of its rows; its non-zero eigenvalues are
    those of the mean operator. Without sample B and with the mean over the others, the sum is that
    of the rows outside B at ridge·(N−1)/N = c, and of these

        tr (K₋ + c)⁻¹ = tr M − tr (M_BB⁻¹ [M²]_BB),   M = (K + c)⁻¹

    by the inverse of a partitioned matrix: all N sums from one eigendecomposition.

    Args:
        kernel: symmetric, positive semi-definite (n, n).
        owners: the sample of each row, int64 (n,), in 0…samples−1.
        samples: N, those without a row included.
        ridge: γ/nβ, positive.
    """
    kernel = kernel.double()
    values, vectors = torch.linalg.eigh(kernel)
    values = values.clamp(min=0)  # rounding may leave a zero below zero
    smaller = ridge * (samples - 1) / samples
    inverse = (vectors / (values + smaller)) @ vectors.T
    squared = (vectors / (values + smaller).square()) @ vectors.T
    without = (values / (values + smaller)).sum().repeat(samples)
    for sample in owners.unique():
        rows = torch.nonzero(owners == sample)[:, 0]
        block = inverse[rows][:, rows]
        taken = torch.linalg.solve(block, squared[rows][:, rows]).trace()
        without[sample] += smaller * taken - len(rows)
    error = ((samples - 1) * without.var(correction=0)).sqrt() / 2
    return Estimate(float((values / (values + ridge)).sum()) / 2, float(error))
