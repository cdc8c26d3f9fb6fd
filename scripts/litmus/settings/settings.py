"""The whole config."""

from typing import Literal

from pydantic import Field

from litmus.settings.block import Block, Text
from litmus.settings.corpus import Corpus
from litmus.settings.dictionary import Dictionary
from litmus.settings.directions import Directions
from litmus.settings.metrics import Metrics
from litmus.settings.separation import Report, Separation
from litmus.settings.subject import Activations, Hook, Model


class Settings(Block):
    """Everything the workflow can be told, a field a key or block of `config.yaml`."""

    results: Text
    """Folder that receives everything the workflow makes."""
    seed: int = Field(ge=0)
    """Every random draw derives from it."""
    device: Literal["auto", "cpu", "cuda"]
    """Where tensors live."""
    hook: Hook
    """TransformerLens hook point at which directions live."""
    corpus: Corpus
    """The text."""
    model: Model
    """The subject."""
    activations: Activations
    """The dictionary's training data."""
    dictionary: Dictionary
    """The candidates."""
    directions: Directions
    """The groups that are compared."""
    metrics: Metrics
    """The measures."""
    separation: Separation
    """The comparison."""
    report: Report
    """The write-up."""
