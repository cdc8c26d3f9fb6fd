"""A loss that is quadratic: what SGLD's chains average to, exactly, its step size included."""

from collections.abc import Callable

import torch
from torch import Tensor

from litmus.sampling.sgld import SGLD, Parameters


def expected(curvatures: Tensor, sampler: SGLD) -> float:
    """nβ·E[L] of stationary SGLD on L = ½ Σ hᵢ wᵢ² around the minimum.

        Σᵢ ½ · nβhᵢ/(nβhᵢ + γ) / (1 − ε(nβhᵢ + γ)/4)

    Each coordinate is a first-order autoregression wᵢ ← (1 − ε(nβhᵢ + γ)/2)·wᵢ + √ε·ξ, whose
    variance is ε/(1 − (1 − ε(nβhᵢ + γ)/2)²). As ε → 0 it is half the effective number of
    dimensions under the localisation.

    Args:
        curvatures: h, the eigenvalues of the Hessian, (dimensions,).
        sampler: ε, nβ and γ.
    """
    curvatures = curvatures.double()
    precision = sampler.n_beta * curvatures + sampler.localization
    # A direction without curvature and pull wanders off, and adds nothing to the loss.
    share = torch.where(curvatures > 0, sampler.n_beta * curvatures / precision, 0.0)
    return float((share / (1 - sampler.learning_rate * precision / 4)).sum() / 2)


def loss_of(curvatures: Tensor) -> Callable[[Parameters, int], Tensor]:
    """The loss ½ Σ hᵢ wᵢ² of every row of `w` (stack, dimensions): (stack,)."""

    def loss(parameters: Parameters, _step: int) -> Tensor:
        return (curvatures * parameters["w"].square()).sum(1) / 2

    return loss
