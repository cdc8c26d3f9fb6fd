"""Curves along lines and plateau sizes, kind by kind: experiments 1, 2 and 5 of the source."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from litmus.metrics.plateau.geometry import SCALES, lines
from litmus.metrics.plateau.scan import Profile, profile
from litmus.plateaus.laboratory import Laboratory, grid

BAND = (0.1, 0.9)  # quantiles of the lines at which a band begins and ends


class Drawn(NamedTuple):
    """Lines of one kind."""

    kind: str
    base: np.ndarray
    """(bases, width)."""
    direction: np.ndarray
    """(bases, n, width)."""


class Found(NamedTuple):
    """Tidy tables: every curve's course by kind, and every line's size."""

    curves: pd.DataFrame
    """kind, mode, quantity, distance; mean with standard_error over bases; median, low, high."""
    sizes: pd.DataFrame
    """kind, mode, base, line; size in the mode's unit, the range where not reached; reached."""


def by_base(laboratory: Laboratory, block: dict[str, Any]) -> Iterable[Drawn]:
    """Experiment 1: every kind of base, moved towards the same random activations."""
    targets = laboratory.targets("random", block["lines"])
    for kind in block["base_kinds"]:
        base = laboratory.bases(kind, block["features"])
        yield Drawn(kind, base, targets - base[:, None])


def by_direction(
    laboratory: Laboratory, block: dict[str, Any], kinds: Sequence[str]
) -> Iterable[Drawn]:
    """Experiments 2 and 5: real bases, moved in every kind of direction."""
    for kind in kinds:
        yield Drawn(kind, laboratory.real, laboratory.directions(kind, block["lines"]))


def measure(laboratory: Laboratory, drawn: Iterable[Drawn], block: dict[str, Any]) -> Found:
    """Scan all lines in both modes."""
    curves, sizes = [], []
    at = grid(block)
    for kind, base, direction in drawn:
        bases = laboratory.subject.bases(laboratory.context, laboratory.tensor(base))
        for mode, scale in SCALES.items():
            given = lines(bases.activation, laboratory.tensor(direction), mode)
            seen = profile(laboratory.subject, bases, given, at, block["threshold"])
            distance = scale.limit * at.share.numpy()
            curves += [
                course(getattr(seen.effect, quantity).double().cpu().numpy(), distance).assign(
                    kind=kind, mode=mode, quantity=quantity
                )
                for quantity in seen.effect._fields
            ]
            sizes.append(_sizes(seen, scale.limit).assign(kind=kind, mode=mode))
    return Found(pd.concat(curves, ignore_index=True), pd.concat(sizes, ignore_index=True))


def course(values: np.ndarray, distance: np.ndarray) -> pd.DataFrame:
    """Of curves (bases, n, steps): the mean with its error over bases, median and band of lines."""
    by_base = values.mean(1)
    low, middle, high = np.quantile(values, [BAND[0], 0.5, BAND[1]], axis=(0, 1))
    return pd.DataFrame(
        {
            "distance": distance,
            "mean": by_base.mean(0),
            "standard_error": by_base.std(0, ddof=1) / np.sqrt(len(by_base)),
            "median": middle,
            "low": low,
            "high": high,
        }
    )


def _sizes(seen: Profile, limit: float) -> pd.DataFrame:
    bases, count = seen.size.shape
    base, line = np.indices((bases, count))
    return pd.DataFrame(
        {
            "base": base.ravel(),
            "line": line.ravel(),
            "size": limit * seen.size.double().cpu().numpy().ravel(),
            "reached": seen.reached.cpu().numpy().ravel(),
        }
    )
