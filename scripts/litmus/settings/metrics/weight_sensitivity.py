"""The change of a feature under noise on the weights."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from litmus.settings.block import Number
from litmus.settings.metrics.metric import About, Thresholded


class WeightSensitivity(Thresholded):
    """Squared change of the feature under Gaussian noise on the weights, at several scales."""

    title: ClassVar[str] = "Weight sensitivity"
    sentence: ClassVar[str] = (
        "Mean squared change of the thresholded projection over a sequence when Gaussian noise of "
        "standard deviation {scale:g} is added to every weight below the hook: high means easily "
        "moved."
    )

    reduction: Literal["sum", "mean"]
    """Over a sequence's tokens."""
    scales: list[Annotated[Number, Field(gt=0)]] = Field(min_length=1)
    """Standard deviations σ of the noise; one metric each."""
    draws: int = Field(ge=2)
    """Noise vectors; the error between them cannot be judged from one."""
    sequences: int = Field(ge=2)
    """Evaluation sequences, at most, that every draw is measured on."""
    batch_size: int = Field(ge=1)
    """Sequences a forward pass."""
    whole_dictionary: bool
    """Whether to score every live feature of the dictionary too, for their distribution."""

    def about(self, family: str) -> dict[str, About]:
        """One metric a scale: `weight_sensitivity_0.003`."""
        return {
            f"{family}_{scale:g}": About(
                family,
                f"{self.title}, σ = {scale:g}",
                self.sentence.format(scale=scale),
                self.trivial,
                self.published,
            )
            for scale in self.scales
        }
