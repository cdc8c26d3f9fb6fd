"""The dictionary's latents as features, and their like for the controls.

    f(a) = p·1[p > j],   p = ⟨a, e⟩ + b

with the dictionary's encoder row e and bias b. The jump j lets f fire on as many tokens as the
latent does in the dictionary: zero for a ReLU, θ for a JumpReLU, and for TopK, where latents
compete, the fixed threshold that comes closest. A control has no encoder: its direction stands in
for e, zero for b, and its jump lets it fire on as many tokens as the latent of the same index.
"""

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import torch
from torch import Tensor

from litmus import tables
from litmus.directions.table import Directions
from litmus.errors import LitmusError
from litmus.features import Features


class Latents:
    """The live latents of `features.parquet`, in the order of the candidate's directions.

    Args:
        path: of the table.
        min_activations: tokens on which a live feature is active.

    Raises:
        LitmusError: the dictionary's latents are no function of one projection.
    """

    def __init__(self, path: str | Path, min_activations: int) -> None:
        features = tables.read(path)
        if why := (features.schema.metadata or {}).get(tables.NO_LATENTS.encode()):
            raise LitmusError(why.decode())
        live = features.filter(pc.greater_equal(features["active_tokens"], min_activations))
        flat = live["encoder"].combine_chunks().flatten().to_numpy()
        self.encoder = flat.reshape(len(live), -1)
        self.bias = live["encoder_bias"].to_numpy()
        self.active = live["active_tokens"].to_numpy()

    def of(self, directions: Directions, base: Tensor) -> Features:
        """The features of directions, whose index is the last part of their id.

        Args:
            directions: of one group; `sae` has the encoder's rows.
            base: activations at θ₀, (sequences, context, width).
        """
        places = [int(name.rpartition("/")[2]) for name in directions.ids]
        own = directions.group == "sae"
        vectors = self.encoder[places] if own else directions.vectors
        bias = self.bias[places] if own else np.zeros(len(places))
        rows = torch.from_numpy(np.asarray(vectors, np.float32)).to(base)
        offsets = torch.from_numpy(np.asarray(bias, np.float32)).to(base)
        relu = -offsets if own else None
        thresholds = jumps(rows, base.flatten(0, 1), self.active[places], relu)
        return Features(rows, thresholds, "hard", offsets)


def jumps(
    vectors: Tensor, activations: Tensor, active: np.ndarray, relu: Tensor | None = None
) -> Tensor:
    """The threshold on ⟨a, v⟩ that each vector passes on `active` of the activations (n, width).

    Midway between two projections that rounding cannot confuse: equal activations, as of a text's
    first tokens, stay together. `relu` itself where it is passed as often.

    Args:
        vectors: (directions, width).
        activations: (n, width).
        active: on how many of them each shall fire, (directions,).
        relu: thresholds to be preferred, (directions,).
    """
    found = []
    for i, row in enumerate((vectors @ activations.T).sort(1).values):
        rounding = 8 * torch.finfo(row.dtype).eps * row.abs().max()
        if relu is not None:
            excess = (row > relu[i]).sum() - int(active[i])
            if excess.abs() <= ((row - relu[i]).abs() <= rounding).sum():
                found.append(relu[i])
                continue
        edges = torch.nn.functional.pad(row, (1, 1), value=torch.inf)
        edges[0] = -torch.inf
        places = (edges.diff() > rounding).nonzero().flatten()  # so many would not fire
        place = places[(places - (len(row) - int(active[i]))).abs().argmin()]
        found.append((edges[place] + edges[place + 1]) / 2)
    return torch.stack(found)
