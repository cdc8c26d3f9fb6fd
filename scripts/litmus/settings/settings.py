"""The whole config."""

import math
from typing import Literal

from pydantic import Field

from litmus.settings.block import Block, Text
from litmus.settings.corpus import Corpus
from litmus.settings.dictionary import Dictionary
from litmus.settings.directions import Directions
from litmus.settings.metrics import Metrics
from litmus.settings.plateaus import Plateaus
from litmus.settings.separation import Report, Separation
from litmus.settings.study import Study
from litmus.settings.subject import Activations, Hook, Model


class Settings(Block):
    """Everything the workflow can be told, a field a key or block of `config.yaml`."""

    results: Text
    """Folder that receives everything the workflow makes."""
    seed: int = Field(ge=0)
    """Every random draw derives from it."""
    device: Literal["auto", "cpu", "cuda", "cuda-tf32"]
    """Where tensors live."""
    jobs_per_gpu: int = Field(ge=1)
    """Jobs that may share a GPU. No result depends on it, so it reaches no rule's parameters."""
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
    plateaus: Plateaus
    """The source's experiments on activation plateaus."""
    study: Study
    """Whether cheap measures rank as the learning coefficient does."""
    separation: Separation
    """The comparison."""
    report: Report
    """The write-up."""

    def whole_dictionary(self) -> bool:
        """Whether every live feature of the dictionary is scored by weight sensitivity."""
        block = self.metrics.weight_sensitivity
        return block.enabled and block.whole_dictionary

    def uses_dictionary(self) -> bool:
        """Whether anything asks for the dictionary: a group, a latent, an experiment, all of it."""
        chained = (block for _, block in self.metrics if block.enabled and block.chained)
        plateaus, study = self.plateaus, self.study
        kinds = [*plateaus.base_kinds, *plateaus.direction_kinds]
        layers = study.layers if study.enabled and "sae" in study.groups else []
        return (
            "sae" in (self.directions.candidate, *self.directions.controls)
            or self.whole_dictionary()
            or self.model.processing == "dictionary"
            or any(block.feature == "latent" for block in chained)
            or (plateaus.enabled and plateaus.needs_dictionary(kinds))
            or any(self.hook == f"blocks.{layer}.hook_resid_pre" for layer in layers)
        )

    def trains_dictionary(self) -> bool:
        """Whether one is trained here: it is to be, and something asks for it."""
        return self.dictionary.source == "train" and self.uses_dictionary()

    def fewest_permutations(self) -> tuple[int, int]:
        """Label permutations whose least p survives Holm's correction, and for how many tests."""
        comparisons = len(self.metrics.about()) * len(self.directions.controls)
        return math.ceil(comparisons / (1 - self.separation.confidence)), comparisons
