"""What calibration tries, and on what: settings by chance, on directions that are never scored."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from litmus.activations.statistics import Statistics
from litmus.directions.controls import difference, isotropic
from litmus.directions.live import Live
from litmus.directions.table import Directions
from litmus.errors import LitmusError
from litmus.features import Features
from litmus.metrics.llc.trial import Measured
from litmus.sampling.curvature import LIMIT
from litmus.sampling.sampler import sampler
from litmus.seeds import generator

NAMES = ("learning_rate", "n_beta", "localization")
ATTEMPTS = 1000  # draws of a setting, before the limits are said to hold no stable one
FIRST = 90_000  # index of the first isotropic direction; no dictionary has as many scored ones
COUNTS = ("directions", "diverged", "converged")
SCHEMA = pa.schema(
    [
        ("setting", pa.int32()),
        ("first_row", pa.int32()),
        *((name, pa.float64()) for name in NAMES),
        *((name, pa.int32() if name in COUNTS else pa.float64()) for name in Measured._fields),
    ]
)


def drawn(
    number: int,
    block: Mapping[str, Any],
    limits: Mapping[str, Sequence[float]],
    seed: int,
    family: str,
) -> dict[str, float]:
    """The setting with this number: ε, nβ and γ.

    Log-uniform between `limits`, to three digits, and as in the block where there are none. One
    whose pull alone makes chains diverge, ε·γ ≥ 4, is drawn again. The first k settings do not
    depend on how many follow.

    Raises:
        LitmusError: no stable setting lies between the limits.
    """
    source = generator(seed, "calibration", family, number)
    for _ in range(ATTEMPTS):
        places = dict(zip(NAMES, source.random(len(NAMES)), strict=True))
        found = {
            name: _between(*limits[name], place) if name in limits else float(block[name])
            for name, place in places.items()
        }
        if _pull(block["sampler"], found) < LIMIT:
            return found
    raise LitmusError(
        f"metrics.{family}.calibration: found no learning_rate · localization below {LIMIT:g} in "
        f"{ATTEMPTS} draws between {dict(limits)}; lower one of them"
    )


def _between(low: float, high: float, place: float) -> float:
    value = float(f"{low * (high / low) ** place:.3g}")
    return min(max(value, low), high)


def _pull(name: str, setting: Mapping[str, float]) -> float:
    """ε·G·γ for the largest G."""
    rule = sampler(name, **setting)
    return rule.learning_rate * rule.largest_gain * rule.localization


def unscored(live: Live, count: int, seed: int) -> list[Directions]:
    """Directions to calibrate on: half dictionary rows, half isotropic ones, a group each.

    The rows are the dictionary's last live ones, and the scored ones its first. So they depend on
    the dictionary alone: to score more rows changes no setting. The settings' checks keep the two
    apart while all rows are live; where few are, the report counts those that are both. An
    isotropic direction goes by the index of a row, whose latent it borrows where features are
    latents; its vector is drawn from index 90000 on.

    Raises:
        LitmusError: there are fewer live rows.
    """
    half, alive = count // 2, len(live.rows)
    if alive < half:
        raise LitmusError(
            f"calibration.directions: found {count}, but only {alive} of the dictionary's "
            f"{live.features} features are live; at most {2 * alive}, or train a larger dictionary"
        )
    last = range(alive - half, alive)
    rows = live.vectors(last)
    others = isotropic(range(FIRST, FIRST + count - half), rows.shape[1], live.centred, seed)
    names = [f"calibration/isotropic/{last[i % half]:05d}" for i in range(len(others))]
    return [
        Directions([f"sae/{i:05d}" for i in last], "sae", rows.astype(np.float32)),
        Directions(names, "isotropic", others.astype(np.float32)),
    ]


def without_dictionary(
    count: int,
    statistics: Statistics,
    activation: Callable[[np.ndarray], np.ndarray],
    centred: bool,
    seed: int,
) -> list[Directions]:
    """Directions to calibrate on where a run has no dictionary: differences in place of rows.

    Both halves are drawn from index 90000 on, where none is scored.

    Args:
        count: how many.
        statistics: of the hook.
        activation: token numbers (k,) → their activations (k, width).
        centred: as the residual stream.
        seed: of the draws.

    Raises:
        LitmusError: the activations hardly differ.
    """
    halves = range(FIRST, FIRST + count // 2), range(FIRST, FIRST + count - count // 2)
    groups = {
        "difference": difference(halves[0], statistics.count, activation, centred, seed),
        "isotropic": isotropic(halves[1], len(statistics.mean), centred, seed),
    }
    return [
        Directions(
            [f"calibration/{group}/{FIRST + i:05d}" for i in range(len(vectors))],
            group,
            vectors.astype(np.float32),
        )
        for group, vectors in groups.items()
    ]


def joined(parts: Sequence[Features]) -> Features:
    """The features of several groups, in a row."""
    offsets = [part.offsets for part in parts]
    return Features(
        torch.cat([part.vectors for part in parts]),
        torch.cat([part.thresholds for part in parts]),
        parts[0].nonlinearity,
        None if None in offsets else torch.cat(offsets),
    )


def table(tried: Mapping[int, tuple[Mapping[str, float], Measured]], first_row: int) -> pa.Table:
    """`calibration/<family>/<chunk>.parquet`: a row a setting.

    Args:
        tried: number → setting, and what its chains did.
        first_row: index of the first dictionary row that they were tried on, as the scored ones are
            counted.
    """
    rows = [
        {"setting": number, "first_row": first_row, **setting, **measured._asdict()}
        for number, (setting, measured) in tried.items()
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)
