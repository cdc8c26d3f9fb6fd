"""The functional LLC of the loss's quadratic approximation."""

from typing import Annotated, ClassVar, Literal

from annotated_types import Gt
from pydantic import Field

from litmus.settings.block import Number
from litmus.settings.metrics.llc import Thresholds
from litmus.settings.metrics.metric import About


class LLCQuadratic(Thresholds):
    """The local learning coefficient without chains, from the spectrum of the loss's Hessian."""

    title: ClassVar[str] = "Quadratic LLC"
    sentence: ClassVar[str] = (
        "Local learning coefficient of the functional loss were it quadratic in the weights below "
        "the hook, from its exact spectrum on some sequences: high means that more ways of moving "
        "them change the active feature. Tokens that cross the threshold are no part of it."
    )

    reduction: Literal["sum", "mean"]
    """Over a sequence's tokens."""
    n_beta: Annotated[Number, Gt(0)] | None
    """Inverse temperature nβ; None: llc_functional's, calibrated or named."""
    localization: Annotated[Number, Gt(0)] | None
    """γ; λ depends on γ/nβ alone. None: llc_functional's."""
    sequences: int = Field(ge=2)
    """Evaluation sequences, at most, that the spectrum is of."""
    batch_size: int = Field(ge=1)
    """Tokens a backward pass."""

    def about(self, family: str) -> dict[str, About]:
        """One metric a threshold: `llc_quadratic_1sigma`."""
        return {
            f"{family}_{k:g}sigma": About(
                family, f"{self.title}, {k:g}σ", self.sentence, self.trivial, self.published
            )
            for k in self.thresholds
        }
