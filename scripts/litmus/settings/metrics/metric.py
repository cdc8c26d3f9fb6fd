"""What the blocks of all metrics share, and the words that the report uses for each."""

from typing import ClassVar, Literal, NamedTuple

from pydantic import Field

from litmus.settings.block import Block, Number


class About(NamedTuple):
    """The words that figures and the report use for a metric."""

    family: str
    title: str
    sentence: str
    trivial: bool
    published: str
    shown: bool = True
    """Whether the report gives it a place of its own; the others stand in tables."""


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
