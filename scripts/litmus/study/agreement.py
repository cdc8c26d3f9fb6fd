"""How far two measures rank directions alike, with what their noise explains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from litmus.study.ranks import SCOPES, Scope, correlation, midranks, resampled
from litmus.study.reliability import Noise

FEWEST = 8  # directions that a correlation is computed of
# Of the resamples, the share for which a number must exist for its interval to be given.
KNOWN = 0.95


@dataclass(frozen=True)
class Measure:
    """One measure of n directions."""

    value: np.ndarray
    """Finite, (n,)."""
    noise: Noise | None = None
    """None: not known, and taken to be none."""

    def of(self, chosen: np.ndarray) -> "Measure":
        """The same of chosen directions, bool (n,)."""
        return Measure(self.value[chosen], self.noise and self.noise.of(chosen))


class Estimate(NamedTuple):
    """A number with its interval."""

    value: float
    low: float
    high: float


UNKNOWN = Estimate(np.nan, np.nan, np.nan)


class Agreement(NamedTuple):
    """How far a cheap measure ranks as a dear one does, over some directions."""

    scope: str
    """`all`, `within` or `between` groups, or the name of the one group."""
    n: int
    rho: Estimate = UNKNOWN
    """Spearman's ρ."""
    reliability_dear: Estimate = UNKNOWN
    """Of the dear measure's ranks."""
    reliability_cheap: Estimate = UNKNOWN
    """Of the cheap one's."""
    corrected: Estimate = UNKNOWN
    """ρ/√R: without the dear measure's noise."""
    both: Estimate = UNKNOWN
    """Without either's noise."""
    gap: Estimate = UNKNOWN
    """Of `within`: `corrected` between groups less that within."""

    def row(self) -> dict[str, float | int | str]:
        """One flat row: `rho`, `rho_low`, `rho_high`, …"""
        flat: dict[str, float | int | str] = {"scope": self.scope, "n": self.n}
        for name, estimate in zip(self._fields[2:], self[2:], strict=True):
            flat |= {name: estimate.value, f"{name}_low": estimate.low}
            flat[f"{name}_high"] = estimate.high
        return flat


def agreements(
    dear: Measure,
    cheap: Measure,
    groups: np.ndarray,
    confidence: float,
    resamples: int,
    generator: np.random.Generator,
) -> list[Agreement]:
    """The agreement over all directions, within and between groups, and in each group.

    Intervals are quantiles of a bootstrap of directions within groups; every resample is ranked
    anew, and its reliabilities are computed anew. A corrected value may exceed 1.

    Args:
        dear: of n directions.
        cheap: of the same.
        groups: of each direction, (n,).
        confidence: such as 0.95.
        resamples: of the bootstrap.
        generator: the stream that draws them.
    """
    drawn = resampled(groups, resamples, generator)
    names = list(dict.fromkeys(groups.tolist()))
    scopes = SCOPES if len(names) > 1 else SCOPES[:1]
    found = {s: _resamples(dear, cheap, groups, drawn, s) for s in scopes}
    told = [_told(s, len(groups), each, confidence) for s, each in found.items()]
    if "within" in found:
        gap = found["between"]["corrected"] - found["within"]["corrected"]
        told[1] = told[1]._replace(gap=_estimate(gap, confidence))
    for name in names if len(names) > 1 else ():
        here = groups == name
        each = _resamples(dear.of(here), cheap.of(here), groups[here], drawn[:, here], "all")
        told.append(_told(name, int(here.sum()), each, confidence))
    return told


def _resamples(
    dear: Measure, cheap: Measure, groups: np.ndarray, drawn: np.ndarray, scope: Scope
) -> Mapping[str, np.ndarray]:
    """Each number of an `Agreement` in the sample itself, first, and in every resample."""
    weights = np.concatenate([np.ones((1, len(groups)), drawn.dtype), drawn])
    nothing = np.full(len(weights), np.nan)
    names = ("rho", "reliability_dear", "reliability_cheap", "corrected", "both")
    if len(groups) < FEWEST or (scope == "between" and len(np.unique(groups)) < 3):
        return dict.fromkeys(names, nothing)
    ranks = [midranks(measure.value, weights) for measure in (dear, cheap)]
    rho = correlation(*ranks, weights, groups, scope)
    r = [
        nothing if m.noise is None else m.noise.reliability(weights, groups, scope)
        for m in (dear, cheap)
    ]
    corrected = _over_root(rho, r[0])
    both = _over_root(corrected, r[1]) if cheap.noise else nothing
    return dict(zip(names, (rho, *r, corrected, both), strict=True))


def _over_root(values: np.ndarray, reliability: np.ndarray) -> np.ndarray:
    """Corrected for a reliability; NaN where that is unknown or not positive."""
    good = reliability > 0
    root = np.sqrt(reliability, out=np.full_like(values, np.nan), where=good)
    return values / root


def _told(scope: str, n: int, found: Mapping[str, np.ndarray], confidence: float) -> Agreement:
    return Agreement(scope, n, **{k: _estimate(v, confidence) for k, v in found.items()})


def _estimate(found: Sequence[float], confidence: float) -> Estimate:
    """The first with the quantiles of the others; no interval where too few of these exist."""
    value, others = float(found[0]), np.asarray(found[1:])
    known = others[np.isfinite(others)]
    if not np.isfinite(value) or len(known) < KNOWN * len(others):
        return Estimate(value, np.nan, np.nan)
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return Estimate(value, float(low), float(high))
