"""The model under study, the hook, and the activations cached there."""

from typing import Annotated, Literal

from pydantic import Field

from litmus.settings.block import Block, Number, Words

Hook = Annotated[
    str,
    Field(pattern=r"^blocks\.[1-9][0-9]*\.hook_resid_pre$"),
    Words(
        "blocks.<L>.hook_resid_pre with a layer L from 1 to model.layers − 1 "
        "(below layer 0 there are only embeddings)"
    ),
]


class Model(Block):
    """The language model that is trained as the subject."""

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
    processing: Literal["folded", "none"]
    """Whether LayerNorm is folded into the weights, as TransformerLens does by default."""


class Activations(Block):
    """The cache that the dictionary is trained on."""

    train_sequences: int = Field(ge=1)
    """Training sequences whose activations are cached."""
    batch_size: int = Field(ge=1)
    """Sequences a forward pass."""
