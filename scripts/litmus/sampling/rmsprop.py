"""SGLD preconditioned by a running mean of squared gradients, on many chains at once.

    v ← decay·v + (1 − decay)·∇L(θ)²,   v̂ = v / (1 − decay^t),   G = 1 / (√v̂ + epsilon)
    θ ← θ − (ε/2)·G·(nβ·∇L(θ) + γ·(θ − θ₀)) + √(ε·G)·ξ,   ξ ~ N(0, 1)

Li et al. (2016, arXiv 1512.07666), element by element, with the localisation of Lau et al.
(arXiv 2308.12108). v is of ∇L alone, without nβ and without the pull. G scales gradient, pull and
noise alike, so that for any G that stays as it is the law is SGLD's own; a pull that G did not
scale would be a prior of another width for each element. Without `bias_correction` and
`adapt_steps` this is devinterp's `SGMCMC.rmsprop_sgld`, update for update.

What λ̂ is off by, measured on ½‖w‖² with λ = 100:

- The bias correction takes nothing from it. It acts on the first 1/(1 − decay) steps, and these
  are burn-in.
- G follows the gradients of its own chain and is small where the loss is steep. A G that follows
  at once draws from ∝ exp(−nβL)/G, unless a drift Γ = ∂G/∂θ is added, which costs a second
  derivative; Li et al. and devinterp leave it out. How much of this shows depends on v's memory,
  1/(1 − decay) steps, beside the chain's, 2/(εG(nβh + γ)): where the first is 100 and the second
  10, 40 or 200 steps, λ̂ is 2, 8 or 22 % too large, and 44 % with no memory at all. `adapt_steps`
  stops v: G is fixed from there on and the excess gone.
- The step size adds what it adds to SGLD at ε·G in place of ε: 1/(1 − εG(nβh + γ)/4).

`epsilon` is in units of the gradient. Where gradients are far below it, G is 1/epsilon for all
elements and this is SGLD with a step size of ε/epsilon. So is the first step from a minimum.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from litmus.sampling.sgld import Parameters


@dataclass
class Averages:
    """What the chains remember."""

    steps: int
    """How many gradients are in the averages."""
    squares: Parameters
    """v, each (directions, chains, *shape)."""
    scratch: Tensor
    """Room for two of the largest parameter: twice as fast as new memory at each step."""


@dataclass(frozen=True)
class RMSpropSGLD:
    """The settings of a chain."""

    learning_rate: float
    """ε, the step size before G scales it."""
    n_beta: float
    """nβ, the inverse temperature."""
    localization: float
    """γ, the pull towards the start; G scales it too."""
    decay: float = 0.99
    """Of v, in a step."""
    epsilon: float = 0.1
    """Added to √v̂, in units of the gradient."""
    bias_correction: bool = True
    """Whether v, which starts at 0, is divided by what it has seen, 1 − decay^t."""
    adapt_steps: int | None = None
    """After how many steps, at least one, v stays as it is; None: never."""

    @property
    def largest_gain(self) -> float:
        """What the step size is multiplied with at most."""
        return 1 / self.epsilon

    def begin(self, parameters: Parameters) -> Averages:
        """No gradient seen yet, for parameters each (directions, chains, *shape)."""
        squares = {name: torch.zeros_like(value) for name, value in parameters.items()}
        largest = max(squares.values(), key=torch.numel)
        return Averages(0, squares, largest.new_empty(2, largest.numel()))

    @torch.no_grad()
    def update(
        self,
        parameters: Parameters,
        start: Parameters,
        gradients: Parameters,
        noise: Parameters,
        state: Averages,
    ) -> None:
        """One step, in place.

        Args:
            parameters: each (directions, chains, *shape), altered.
            start: θ₀, each (*shape).
            gradients: of the loss, each (directions, chains, *shape).
            noise: standard normal, each (chains, *shape) where all directions share it, or
                (directions, chains, *shape).
            state: what `begin` returned, altered.
        """
        adapting = self.adapt_steps is None or state.steps < self.adapt_steps
        state.steps += adapting
        seen = 1 - self.decay**state.steps if self.bias_correction else 1.0
        for name, theta in parameters.items():
            gradient, square = gradients[name], state.squares[name]
            if adapting:
                square.mul_(self.decay).addcmul_(gradient, gradient, value=1 - self.decay)
            gain, drift = (room[: theta.numel()].view_as(theta) for room in state.scratch)
            torch.div(square, seen, out=gain).sqrt_().add_(self.epsilon).reciprocal_()
            torch.sub(theta, start[name], out=drift).mul_(self.localization)
            drift.add_(gradient, alpha=self.n_beta).mul_(gain)
            theta.add_(drift, alpha=-self.learning_rate / 2)
            theta.addcmul_(gain.sqrt_(), noise[name], value=self.learning_rate**0.5)
