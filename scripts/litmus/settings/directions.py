"""How many directions are scored, in which portions, against which controls."""

from typing import Literal

from pydantic import Field

from litmus.settings.block import Block, Text

Control = Literal["isotropic", "covariance", "difference", "matched", "sae", "file"]
MOST = 100_000  # an index has five digits in a direction's id and in a chunk's file name


class Directions(Block):
    """The groups of directions."""

    candidate: Literal["sae", "file"]
    """The group in question: the dictionary's rows, or the user's own directions."""
    file: Text | None
    """The user's own directions."""
    count: int = Field(ge=2, le=MOST)
    """Directions in each group; a spread needs two."""
    chunk: int = Field(ge=1, le=MOST)
    """Directions a job scores."""
    controls: list[Control] = Field(min_length=1)
    """Groups that the candidate must beat."""
