"""One rule for the settings of every chain, from the curvature alone; no estimate is looked at."""

import math
from typing import NamedTuple

from litmus.sampling.sgld import SGLD
from litmus.validation.cases import Quadratic
from litmus.validation.linear_network import scale

CHAINS = {"quadratic": 8, "network": 4}
STEP = 0.1
"""ε·(nβ·h_max + γ), a fortieth of where chains diverge: the step adds some 2.5 % at most."""
REACH = 0.5
"""How far the pull lets a layer's singular values move: half of w*'s, so that no rank drops."""
LEAST_DRAWS = 5000
MAX_RHAT = 1.1


class Plan(NamedTuple):
    """How a chain is run."""

    sampler: SGLD
    burn_in: int
    steps: int
    """Burn-in and draws."""


def for_network(widths: tuple[int, ...], resolution: float) -> Plan:
    """The plan for networks of these widths, whatever their rank.

    - Curvatures across the stratum at w* lie between h = 2·scale and L·h, for L layers.
    - γ: a Gaussian matrix of width H and deviation 1/√γ has an operator norm near 2√(H/γ), which
      is to be REACH.
    - nβ: nβ·h/γ = `resolution`.
    - ε: ε·(nβ·L·h + γ) = STEP.
    - 2/(εγ) steps are the relaxation time along the stratum, the slowest there is: two of them are
      burn-in, six are draws.
    """
    curvature, layers = 2 * scale(widths), len(widths) - 1
    localization = 4 * max(widths) / REACH**2
    n_beta = resolution * localization / curvature
    learning_rate = STEP / (n_beta * layers * curvature + localization)
    time = 2 / (learning_rate * localization)
    burn_in, draws = math.ceil(2 * time), max(LEAST_DRAWS, math.ceil(6 * time))
    return Plan(SGLD(learning_rate, n_beta, localization), burn_in, burn_in + draws)


def for_quadratic(case: Quadratic) -> Plan:
    """The plan for a quadratic: its settings are given, ten relaxation times are burn-in."""
    sampler = SGLD(case.learning_rate, case.n_beta, case.localization)
    time = 2 / (case.learning_rate * (case.n_beta * case.lowest + case.localization))
    burn_in, draws = math.ceil(10 * time), max(LEAST_DRAWS, math.ceil(50 * time))
    return Plan(sampler, burn_in, burn_in + draws)
