"""How much of a measure's ranking is signal: how two independent measurements would correlate.

Spearman 1904: noise lowers a correlation to ρ·√(R·R′), with the reliabilities R and R′ of the two
measures. Here of ranks, where this holds nearly.

- `Repeats`: the measure was taken several times independently, as by the chains of a direction.
  Halves of the repeats are correlated with each other, and the mean over all halvings is stepped
  up from a half to the whole: R = k·r/(1 + (k − 1)·r) (Spearman 1910, Brown 1910). What all
  directions share, such as noise common to chain 1 of each, moves them together and stays out.
- `Errors`: only standard errors are known. Noise of that size is added once more. If the values
  hold signal of variance T and noise of variance E, they and their copies correlate by
  c = √((T + E)/(T + 2E)), so R = T/(T + E) = 2 − 1/c². Standard errors count what directions share
  too, so that R is too low and a correlation corrected by it too high, if anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Protocol

import numpy as np

from litmus.study.ranks import Scope, correlation, midranks

HALVINGS = 64  # of the repeats, at most
COPIES = 8  # with noise added


class Noise(Protocol):
    """What is known of a measure's noise."""

    def reliability(self, weights: np.ndarray, groups: np.ndarray, scope: Scope) -> np.ndarray:
        """R of the ranks in each resample, (resamples,); NaN where none can be told."""

    def of(self, chosen: np.ndarray) -> "Noise":
        """The same of chosen directions, bool (n,)."""


@dataclass(frozen=True)
class Repeats:
    """Independent measurements of each direction, whose mean is the measure."""

    values: np.ndarray
    """(n, repeats), of which there are at least two."""

    def reliability(self, weights: np.ndarray, groups: np.ndarray, scope: Scope) -> np.ndarray:
        """From the correlation of halves."""
        found = [
            correlation(midranks(one, weights), midranks(other, weights), weights, groups, scope)
            for one, other in self._halves()
        ]
        r = np.mean(found, axis=0)
        count = self.values.shape[1]
        times = count / (count // 2)
        return np.divide(times * r, 1 + (times - 1) * r, out=np.full_like(r, np.nan), where=r > 0)

    def of(self, chosen: np.ndarray) -> "Repeats":
        """The same of chosen directions."""
        return Repeats(self.values[chosen])

    def _halves(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Means over disjoint halves of the repeats; of an odd number one stays out."""
        count = self.values.shape[1]
        pairs = (
            (one, other)
            for one in combinations(range(count), count // 2)
            for other in combinations(sorted({*range(count)} - {*one}), count // 2)
            if one < other
        )
        for pair in islice(pairs, HALVINGS):
            yield tuple(self.values[:, list(half)].mean(1) for half in pair)


@dataclass(frozen=True)
class Errors:
    """Values whose standard errors are known, and copies with that noise once more."""

    values: np.ndarray
    """(n,)."""
    copies: np.ndarray
    """(COPIES, n)."""

    @classmethod
    def drawn(
        cls, values: np.ndarray, errors: np.ndarray, generator: np.random.Generator
    ) -> "Errors":
        """Copies from values and standard errors, both (n,).

        Noise is multiplied, as befits measures that are positive and span decades: v·exp(s/v·ξ).
        Where one is not, it is added.
        """
        noise = generator.standard_normal((COPIES, len(values)))
        if (values > 0).all():
            return cls(values, values * np.exp(errors / values * noise))
        return cls(values, values + errors * noise)

    def reliability(self, weights: np.ndarray, groups: np.ndarray, scope: Scope) -> np.ndarray:
        """From the correlation of values with their copies."""
        own = midranks(self.values, weights)
        found = [
            correlation(own, midranks(copy, weights), weights, groups, scope)
            for copy in self.copies
        ]
        c = np.mean(found, axis=0)
        # Below 1/√2 there would be more noise than values.
        room = np.full_like(c, np.nan)
        return 2 - np.divide(1, c**2, out=room, where=c > np.sqrt(0.5))

    def of(self, chosen: np.ndarray) -> "Errors":
        """The same of chosen directions."""
        return Errors(self.values[chosen], self.copies[:, chosen])
