"""The sparse autoencoder whose decoder rows are candidate features."""

from typing import Literal

from pydantic import Field

from litmus.settings.block import Block, Number, Text


class Dictionary(Block):
    """The dictionary: shape and training, or where it is to be had."""

    source: Literal["train", "local", "hub"]
    """Trained here, read from a SAELens folder, or fetched from a SAELens release."""
    path: Text | None
    """The SAELens folder of the source `local`."""
    release: Text | None
    """The release of the source `hub`, as SAELens calls it."""
    id: Text | None
    """The dictionary in that release."""
    architecture: Literal["topk", "standard", "jumprelu", "batchtopk"]
    """SAELens's training architecture."""
    width: int = Field(ge=2)
    """Features."""
    k: int = Field(ge=1)
    """Active features per token (topk, batchtopk)."""
    l1_coefficient: Number = Field(ge=0)
    """Sparsity penalty (standard)."""
    l0_coefficient: Number = Field(ge=0)
    """Sparsity penalty (jumprelu)."""
    seed: int = Field(ge=0)
    """Of the initial weights and the order of the data."""
    training_tokens: int = Field(ge=1)
    """Activations seen in training."""
    batch_size: int = Field(ge=1)
    """Activations a step."""
    learning_rate: Number = Field(gt=0)
    """Adam's, before the decay."""
    min_activations: int = Field(ge=1)
    """A feature active on fewer evaluation tokens is dead."""
