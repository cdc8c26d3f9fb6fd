"""The local learning coefficients: what SGLD chains around the trained weights find."""

from typing import ClassVar, Literal

from pydantic import Field

from litmus.settings.block import Number
from litmus.settings.metrics.metric import Thresholded


class LLCFunctional(Thresholded):
    """The local learning coefficient of the feature as a function of the weights."""

    title: ClassVar[str] = "Functional local learning coefficient"
    sentence: ClassVar[str] = (
        "Local learning coefficient of the squared change of the thresholded projection when the "
        "weights below the hook move, sampled around the trained ones: high means that more ways "
        "of moving them change the feature."
    )

    chained: ClassVar[bool] = True
    published: ClassVar[str] = (
        "GPT-2-small, layer 9, 500 dictionary rows against 500 isotropic directions: mean 60.67 "
        "(sd 15.24) against 21.90 (2.51), δ 0.4 %. Another model and another sampler: compare the "
        "separation, not the values."
    )

    reduction: Literal["sum", "mean"]
    """Over a sequence's tokens."""
    robust: bool
    """Whether to sample with log(1 + L) in place of L."""
    learning_rate: Number = Field(gt=0)
    """SGLD's ε."""
    n_beta: Number = Field(gt=0)
    """Inverse temperature nβ."""
    localization: Number = Field(ge=0)
    """γ, the pull towards the trained weights."""
    chains: int = Field(ge=2)
    """Independent trajectories per direction; the agreement of one cannot be judged."""
    steps: int = Field(ge=4)
    """Steps of a chain."""
    burn_in: int = Field(ge=1)
    """Steps dropped from its beginning; the first has loss zero by construction."""
    batch_size: int = Field(ge=1)
    """Sequences a step."""
    stack: int = Field(ge=1)
    """Chains run at once."""
    max_rhat: Number = Field(gt=1)
    """A direction whose split R-hat is above this is `not_converged`."""
