"""A dictionary's live features: those that are active often enough to be candidates."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from litmus import tables
from litmus.directions.controls import centre, unit


class Live(NamedTuple):
    """The n live features of a dictionary, in the order of its rows."""

    rows: np.ndarray
    """Which rows of the dictionary they are: int64 (n,)."""
    decoder: np.ndarray
    """These rows as they were trained: float64 (n, width)."""
    centred: bool
    """Whether the residual stream has no mean over its coordinates."""
    features: int
    """How many features the dictionary has, dead ones included."""

    def vectors(self, numbers: Sequence[int]) -> np.ndarray:
        """Unit vectors of the live features with these indices: float64 (len(numbers), width)."""
        return unit(centre(self.decoder[np.asarray(numbers)], self.centred))


def read(features: str | Path, model: str | Path, min_activations: int) -> Live:
    """The live features of a dictionary.

    Args:
        features: `dictionary/<hook>/<seed>/features.parquet`.
        model: the subject's `config.json`.
        min_activations: evaluation tokens on which a feature is active, at least.
    """
    centred = json.loads(Path(model).read_text())["centred"]
    table = tables.read(features)
    decoder = table["decoder"].combine_chunks().flatten().to_numpy()
    decoder = decoder.reshape(len(table), -1).astype(np.float64)
    rows = np.flatnonzero(table["active_tokens"].to_numpy() >= min_activations)
    return Live(rows, decoder[rows], centred, len(decoder))
