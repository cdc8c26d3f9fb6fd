"""The model under study, the hook, and the activations cached there."""

from typing import Annotated, Literal

from pydantic import Field

from litmus.settings.block import Block, Number, Text, Words

Hook = Annotated[
    str,
    Field(pattern=r"^blocks\.[1-9][0-9]*\.hook_resid_pre$"),
    Words(
        "blocks.<L>.hook_resid_pre with a layer L from 1 to model.layers − 1 "
        "(below layer 0 there are only embeddings)"
    ),
]


class Model(Block):
    """The language model under study: trained here, or one that others trained."""

    source: Literal["train", "local", "hub"]
    """Trained here, read from a Hugging Face directory, or a TransformerLens model's name."""
    path: Text | None
    """The Hugging Face directory of the source `local`."""
    name: Text | None
    """The model of the source `hub`, as TransformerLens calls it."""
    revision: Text | None
    """Branch, tag or commit of the source `hub`; None: the newest there is."""
    layers: int = Field(ge=2)
    """Transformer blocks: at least one below the hook and one above it."""
    width: int = Field(ge=2)
    """Width of the residual stream."""
    heads: int = Field(ge=1)
    """Attention heads of a block."""
    mlp_width: int = Field(ge=1)
    """Hidden units of a block's MLP."""
    steps: int = Field(ge=1)
    """Optimiser steps."""
    batch_size: int = Field(ge=1)
    """Sequences a step."""
    learning_rate: Number = Field(gt=0)
    """Peak of the schedule."""
    warmup_steps: int = Field(ge=0)
    """Steps of the linear warm-up."""
    weight_decay: Number = Field(ge=0)
    """AdamW's."""
    checkpoint_every: int = Field(ge=1)
    """Steps between checkpoints."""
    processing: Literal["folded", "centred", "none", "dictionary"]
    """What is done to the weights: TransformerLens's default, centring alone, nothing, or what the
    dictionary was trained on."""


class Activations(Block):
    """What is kept of the activations at the hook."""

    cache: Literal["parquet", "none"]
    """On disk, or computed again by every job that reads them."""
    train_sequences: int = Field(ge=1)
    """Training sequences whose activations are cached."""
    batch_size: int = Field(ge=1)
    """Sequences a forward pass."""
