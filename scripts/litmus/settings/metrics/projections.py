"""The metrics of a direction's projection: sparsities and the trivial baselines."""

from typing import ClassVar

from litmus.settings.metrics.metric import Metric, Thresholded


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
