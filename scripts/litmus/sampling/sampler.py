"""What a sampler is, and the samplers by name."""

from typing import Any, Literal, Protocol

from litmus.sampling.rmsprop import RMSpropSGLD
from litmus.sampling.sgld import SGLD, Parameters

Name = Literal["sgld", "rmsprop_sgld"]


class Sampler(Protocol):
    """The update of chains, elementwise: no chain, direction or element touches another."""

    @property
    def learning_rate(self) -> float:
        """ε, the step size."""

    @property
    def n_beta(self) -> float:
        """nβ, the inverse temperature."""

    @property
    def localization(self) -> float:
        """γ, the pull towards the start."""

    @property
    def largest_gain(self) -> float:
        """What the step size is multiplied with at most."""

    def begin(self, parameters: Parameters) -> Any:
        """What chains that start at `parameters`, each (directions, chains, *shape), remember."""

    def update(
        self,
        parameters: Parameters,
        start: Parameters,
        gradients: Parameters,
        noise: Parameters,
        state: Any,
    ) -> None:
        """One step: alters `parameters` and `state` in place."""


def sampler(
    name: Name,
    learning_rate: float,
    n_beta: float,
    localization: float,
    adapt_steps: int | None = None,
) -> Sampler:
    """The sampler of this name.

    Args:
        name: `sgld` or `rmsprop_sgld`.
        learning_rate: ε.
        n_beta: nβ.
        localization: γ.
        adapt_steps: after how many steps rmsprop_sgld's step sizes stay as they are. Half the
            burn-in leaves the chain the other half to forget them; None: never, as in devinterp,
            which biases the estimate upwards. Nothing to sgld.
    """
    if name == "sgld":
        return SGLD(learning_rate, n_beta, localization)
    return RMSpropSGLD(learning_rate, n_beta, localization, adapt_steps=adapt_steps)
