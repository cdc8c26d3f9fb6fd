"""The metrics: a class a block, with the words that the report uses for it."""

from typing import ClassVar, Literal

from pydantic import Field

from litmus.settings.block import Block, Number


class Metric(Block):
    """A number per direction."""

    title: ClassVar[str]
    """Name in figures and tables, five words at most."""
    sentence: ClassVar[str]
    """What it measures, and what a high value means."""
    trivial: ClassVar[bool] = False
    """Whether it is a baseline that any measure worth its name must beat."""

    enabled: bool
    """Whether to score it."""


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
        "How many directions in weight space change the feature's value (high means many): "
        "the local learning coefficient of the squared change of the thresholded projection "
        "when the weights below the hook move."
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
    burn_in: int = Field(ge=0)
    """Steps dropped from its beginning."""
    batch_size: int = Field(ge=1)
    """Sequences a step."""
    stack: int = Field(ge=1)
    """Chains run at once."""
    max_rhat: Number = Field(gt=1)
    """A direction whose split R-hat is above this is `not_converged`."""


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
    llc_functional: LLCFunctional
    """Local learning coefficient of the feature."""

    def enabled(self) -> list[str]:
        """Names of the metrics to score, in the order of the config."""
        return [name for name, metric in self if metric.enabled]
