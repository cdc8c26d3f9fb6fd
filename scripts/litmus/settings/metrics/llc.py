"""The local learning coefficients: what chains around the trained weights find."""

from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt
from pydantic import Field

from litmus.settings.block import Block, Number, Words
from litmus.settings.metrics.metric import About, Metric

Positive = Annotated[Number, Gt(0)]
Range = Annotated[
    list[Positive],
    Field(min_length=2, max_length=2),
    Words("[lowest, highest], two numbers > 0"),
]
Weights = Annotated[
    str,
    Field(pattern=r"^(full|embed|l\d+( attn| mlp|h\d+)?)$"),
    Words("full, embed, l0, l0 attn, l0 mlp or l0h1, with any layer for 0 and any head for 1"),
]
Sampling = Literal["learning_rate", "n_beta", "localization"]


class Calibration(Block):
    """How chain settings are searched for."""

    settings: int = Field(ge=2)
    """Settings that are tried."""
    directions: int = Field(ge=2)
    """Unscored directions that each is tried on: half dictionary rows, half isotropic ones."""
    learning_rate: Range
    """Lowest and highest ε, log-uniform."""
    n_beta: Range
    """Lowest and highest nβ, log-uniform."""
    localization: Range
    """Lowest and highest γ, log-uniform."""


class LLC(Metric):
    """What every variant has: its chains, how they are judged, and how settings are found."""

    chained: ClassVar[bool] = True

    feature: Literal["projection", "latent"]
    """projection: on the direction; latent: the dictionary's own encoder, bias and ReLU."""
    reduction: Literal["sum", "mean"]
    """Over a sequence's tokens."""
    robust: bool
    """Whether to sample with log(1 + L) in place of L."""
    weights: list[Weights] = Field(min_length=1)
    """Which weights move: devinterp's names, one metric each."""
    sampler: Literal["sgld", "rmsprop_sgld"]
    """The update."""
    calibrate: list[Sampling]
    """Which of the next three calibration finds, in place of the values named."""
    learning_rate: Number = Field(gt=0)
    """ε."""
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
    draw_every: int = Field(ge=1)
    """Steps from one draw to the next."""
    batch_size: int = Field(ge=1)
    """Sequences a step."""
    random_numbers: Literal["shared", "per_direction"]
    """Whether directions share the chains' noise and minibatches."""
    stack: int = Field(ge=1)
    """Chains whose weights are held at once."""
    wave: int = Field(ge=1)
    """Of these, chains in one forward pass."""
    max_rhat: Number = Field(gt=1)
    """A direction whose split R-hat is above this is `not_converged`."""
    min_ess: Number = Field(ge=0)
    """So is one with fewer effective draws."""
    max_drift: Number = Field(gt=0)
    """So is one whose halves differ by more standard deviations of its draws."""
    calibration: Calibration
    """How those named in `calibrate` are searched for."""

    def variants(self) -> dict[str, tuple[float | None, str]]:
        """Name after the family's, by what sets the metric apart: (threshold, weights)."""
        raise NotImplementedError

    def about(self, family: str) -> dict[str, About]:
        """One metric for each threshold and each set of weights."""
        words = {}
        for suffix, (threshold, weights) in self.variants().items():
            title, sentence = self.title, self.sentence
            if threshold is not None:
                title += f", {threshold:g}σ"
            if weights != "full":
                title += f", {weights}"
                sentence += f" Only {weights} moves."
            words[family + suffix] = About(
                family, title, sentence, self.trivial, self.published if weights == "full" else ""
            )
        return words


class Thresholds(Metric):
    """Features of the projection, several thresholds at once."""

    thresholds: list[Annotated[Number, Ge(0)]] = Field(min_length=1)
    """In standard deviations of the projection; one metric each."""
    nonlinearity: Literal["hard", "relu", "none"]
    """hard: p·1[p > kσ]; relu: (p − kσ)₊; none: p."""


class LLCFunctional(LLC, Thresholds):
    """The local learning coefficient of the feature as a function of the weights."""

    title: ClassVar[str] = "Functional LLC"
    sentence: ClassVar[str] = (
        "Local learning coefficient of the squared change of the thresholded projection when the "
        "weights below the hook move, sampled around the trained ones: high means that more ways "
        "of moving them change the feature."
    )
    published: ClassVar[str] = (
        "GPT-2-small, layer 9, 500 dictionary rows against 500 isotropic directions: mean 60.67 "
        "(sd 15.24) against 21.90 (2.51), δ 0.4 %. Another model and another sampler: compare the "
        "separation, not the values."
    )

    def variants(self) -> dict[str, tuple[float | None, str]]:
        """`_1sigma`, `_1sigma_l0_attn`."""
        thresholds = self.thresholds if self.feature == "projection" else [None]
        return {
            (f"_{k:g}sigma" if k is not None else "_latent") + _of_weights(weights): (k, weights)
            for k in thresholds
            for weights in self.weights
        }


class Patched(LLC):
    """What the output does when the feature, and nothing else, is replaced by the moved one."""

    flow_steps: int = Field(ge=1)
    """Steps of the intervention on a feature that is not linear."""
    max_unreached: Number = Field(ge=0, le=1)
    """A direction whose intervention missed a larger share of the tokens it was to move is
    `unreached`."""

    def variants(self) -> dict[str, tuple[float | None, str]]:
        """Nothing, or `_l0_attn`."""
        latent = "" if self.feature == "projection" else "_latent"
        return {latent + _of_weights(weights): (None, weights) for weights in self.weights}


class LLCBehavioral(Patched):
    """The local learning coefficient of the feature's part in the output distribution."""

    title: ClassVar[str] = "Behavioral LLC"
    sentence: ClassVar[str] = (
        "Local learning coefficient of the divergence of the next-token distributions when the "
        "weights below the hook move and only the direction's coordinate carries it upwards: high "
        "means that more ways of moving them change the output through this direction."
    )
    published: ClassVar[str] = (
        "GPT-2-small, layer 9, 500 dictionary rows against 500 isotropic directions: mean 52.74 "
        "(sd 2.66) against 47.80 (1.26), δ 8.5 %. Another model and another sampler: compare the "
        "separation, not the values."
    )


class LLCNatural(Patched):
    """The local learning coefficient of the feature's part in the next-token loss."""

    title: ClassVar[str] = "Natural LLC"
    sentence: ClassVar[str] = (
        "As the behavioral one, of the rise of the next-token loss: high means that more ways of "
        "moving the weights hurt prediction through this direction; negative where moving them "
        "helps it."
    )


def _of_weights(weights: str) -> str:
    """`_l0_attn`; nothing where all move."""
    return "" if weights == "full" else "_" + weights.replace(" ", "_")
