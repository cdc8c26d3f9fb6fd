"""A folder with a model, whichever format it is stored in: transformers' or TransformerLens's."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from transformer_lens import HookedTransformerConfig

from litmus.subject import own_format, source
from litmus.subject.adapter import weights
from litmus.subject.checkpoint import Architecture
from litmus.subject.families import converted, translated


class Read(NamedTuple):
    """A model's weights, and what it makes of some tokens where those who store it so run it."""

    # float (sequence, position, vocabulary)
    log_probabilities: Tensor
    # All that TransformerLens has a place for, by its names.
    state: dict[str, Tensor]
    # The biases among them that are zero since the model has none.
    filled: set[str]


class Stored(ABC):
    """A model in a folder, of which only config.json is read until `read`.

    Raises:
        LitmusError: there is none, or one that is damaged or not supported.
    """

    # Whose implementation tells what the model predicts.
    by: str
    family: str
    config: HookedTransformerConfig

    def __init__(self, folder: Path, where: str) -> None:
        self.folder, self.where = folder, where

    @abstractmethod
    def files(self) -> list[Path]:
        """Those that hold the weights."""

    @abstractmethod
    def read(self, tokens: Tensor, architecture: Architecture) -> Read:
        """The weights, and log-probabilities on int64 tokens (sequence, position).

        Raises:
            LitmusError: weights are missing, damaged or not finite.
        """


class Transformers(Stored):
    """As transformers saves a model."""

    by = "transformers"

    def __init__(self, folder: Path, where: str) -> None:
        super().__init__(folder, where)
        self.hf = source.config(folder, where)
        self.config = translated(self.hf, where)
        self.family = self.hf.architectures[0]

    def files(self) -> list[Path]:
        """Those that hold the weights."""
        found = sorted(self.folder.glob("*.safetensors"))
        return found or sorted(self.folder.glob("pytorch_model*.bin"))

    def read(self, tokens: Tensor, architecture: Architecture) -> Read:
        """By transformers' model of that family."""
        model = source.model(self.folder, self.hf, self.where)
        with torch.no_grad():
            said = model(tokens).logits.log_softmax(-1)
        return Read(said, *converted(model, self.config, architecture, self.where))


class TransformerLens(Stored):
    """As TransformerLens's author saved small models, which transformers does not know."""

    by = "TransformerLens"

    def __init__(self, folder: Path, where: str) -> None:
        super().__init__(folder, where)
        self.config = own_format.config(folder, where)
        self.family = self.config.original_architecture

    def files(self) -> list[Path]:
        """The one file of the weights."""
        return [self.folder / own_format.WEIGHTS]

    def read(self, tokens: Tensor, architecture: Architecture) -> Read:
        """By a HookedTransformer of that very config, which no Architecture has gone through."""
        model, filled = own_format.model(self.folder, self.config, self.where)
        with torch.no_grad():
            said = model(tokens).log_softmax(-1)
        return Read(said, weights(model), filled)


def stored(folder: Path, where: str) -> Stored:
    """The model in `folder`; its weights are not looked at.

    Args:
        folder: with config.json.
        where: the key and value that a message names, e.g. `model.path: found 'mine'`.

    Raises:
        LitmusError: there is none, or one that is damaged or not supported.
    """
    return (TransformerLens if own_format.recognised(folder) else Transformers)(folder, where)
