"""The metrics: a class a block, with the words that the report uses for it."""

from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field

from litmus.settings.block import Block, Number


class About(NamedTuple):
    """The words that figures and the report use for a metric."""

    family: str
    title: str
    sentence: str
    trivial: bool
    published: str


class Metric(Block):
    """A block of the config: one number per direction, or a few that are computed together."""

    title: ClassVar[str]
    """Name in figures and tables, five words at most."""
    sentence: ClassVar[str]
    """What it measures, and what a high value means."""
    trivial: ClassVar[bool] = False
    """Whether it is a baseline that any measure worth its name must beat."""
    chained: ClassVar[bool] = False
    """Whether it runs chains, and so leaves traces."""
    published: ClassVar[str] = ""
    """What the source reports, to stand beside what is measured here."""

    enabled: bool
    """Whether to score it."""

    def about(self, family: str) -> dict[str, About]:
        """The metrics of the block that the config calls `family`, by name, with their words."""
        return {family: About(family, self.title, self.sentence, self.trivial, self.published)}


class Thresholded(Metric):
    """A metric of the feature: the projection after threshold and nonlinearity."""

    threshold: Number = Field(ge=0)
    """In standard deviations of the projection."""
    nonlinearity: Literal["hard", "relu", "none"]
    """hard: p·1[p > kσ]; relu: (p − kσ)₊; none: p."""


class Sparsity(Thresholded):
    """P(f = 0) over tokens."""

    title: ClassVar[str] = "Sparsity"
    sentence: ClassVar[str] = (
        "Share of the tokens on which the thresholded projection is zero: "
        "high means silent on most tokens."
    )


class NormSparsity(Thresholded):
    """P(‖f‖ = 0) over sequences."""

    title: ClassVar[str] = "Norm sparsity"
    sentence: ClassVar[str] = (
        "Share of the sequences in which the thresholded projection is zero on every token: "
        "high means silent in most sequences."
    )


class ProjectionStd(Metric):
    """Standard deviation of the projection."""

    title: ClassVar[str] = "Standard deviation"
    sentence: ClassVar[str] = (
        "Standard deviation of the projection over tokens: "
        "high means that activations vary widely along the direction."
    )
    trivial: ClassVar[bool] = True


class ProjectionSkewness(Metric):
    """Third standardised moment of the projection."""

    title: ClassVar[str] = "Skewness"
    sentence: ClassVar[str] = (
        "Skewness of the projection over tokens: "
        "high means a longer tail on the direction's side than against it."
    )
    trivial: ClassVar[bool] = True


class ProjectionKurtosis(Metric):
    """Fourth standardised moment of the projection, less a Gaussian's 3."""

    title: ClassVar[str] = "Excess kurtosis"
    sentence: ClassVar[str] = (
        "Excess kurtosis of the projection over tokens: "
        "high means rare extreme values, and a Gaussian has 0."
    )
    trivial: ClassVar[bool] = True


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


class Metrics(Block):
    """All metrics, in the order of the config."""

    sparsity: Sparsity
    """Share of tokens without the feature."""
    norm_sparsity: NormSparsity
    """Share of sequences without the feature."""
    projection_std: ProjectionStd
    """Trivial baseline."""
    projection_skewness: ProjectionSkewness
    """Trivial baseline."""
    projection_kurtosis: ProjectionKurtosis
    """Trivial baseline."""
    weight_sensitivity: WeightSensitivity
    """Change of the feature under noise on the weights."""
    llc_functional: LLCFunctional
    """Local learning coefficient of the feature."""

    def enabled(self) -> list[str]:
        """The blocks to score, in the order of the config."""
        return [family for family, block in self if block.enabled]

    def about(self) -> dict[str, About]:
        """Every metric that is scored, by name, in the order of the config."""
        return {
            name: about
            for family, block in self
            if block.enabled
            for name, about in block.about(family).items()
        }
