"""The metrics: a class a block, with the words that the report uses for it."""

from litmus.settings.block import Block
from litmus.settings.metrics.ablation import Ablation
from litmus.settings.metrics.llc import LLCBehavioral, LLCFunctional, LLCNatural
from litmus.settings.metrics.llc_quadratic import LLCQuadratic
from litmus.settings.metrics.metric import About
from litmus.settings.metrics.plateau import Plateau
from litmus.settings.metrics.projections import (
    NormSparsity,
    ProjectionKurtosis,
    ProjectionSkewness,
    ProjectionStd,
    Sparsity,
)
from litmus.settings.metrics.weight_sensitivity import WeightSensitivity


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
    llc_behavioral: LLCBehavioral
    """Local learning coefficient of the feature's part in the output."""
    llc_natural: LLCNatural
    """Local learning coefficient of the feature's part in the loss."""
    llc_quadratic: LLCQuadratic
    """Local learning coefficient of the loss's quadratic approximation."""
    ablation: Ablation
    """Effect on the output of removing the direction's coordinate."""
    plateau: Plateau
    """How far an activation can be moved before the output changes."""

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
