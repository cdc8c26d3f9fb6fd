"""How the dictionary is told from its controls, and where that is written up."""

from pydantic import Field

from litmus.settings.block import Block, Number, Text


class Separation(Block):
    """Effort behind the intervals and tests of δ."""

    confidence: Number = Field(gt=0.5, lt=1)
    """Of the intervals of δ and AUROC."""
    bootstrap: int = Field(ge=100)
    """Resamples for the interval of δ; fewer leave its ends to chance."""
    permutations: int = Field(ge=99)
    """Label permutations; the smallest p they can show is 1 / (permutations + 1)."""
    crossfits: int = Field(ge=1)
    """Random halvings for the cross-fitted δ."""


class Report(Block):
    """The report's own settings."""

    title: Text
    """Headline of `report.html`."""
    published: Text | None
    """A table of published values to set beside the measured ones."""
