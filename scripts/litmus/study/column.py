"""One metric of a run's directions, with all that is known of its noise."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from litmus.seeds import generator
from litmus.study.agreement import Measure
from litmus.study.reliability import Errors, Noise, Repeats

OK = ("ok",)
FINITE = ("ok", "not_converged")  # what has a value


@dataclass(frozen=True)
class Column:
    """A metric's scores, indexed by direction."""

    name: str
    scores: pd.DataFrame
    """group, value, standard_error and status of each direction."""
    repeats: pd.DataFrame | None = None
    """A column for each independent measurement whose mean the value is, indexed alike."""

    @classmethod
    def of(cls, scores: pd.DataFrame, metric: str) -> "Column":
        """A metric among tidy scores."""
        rows = scores[scores["metric"] == metric].set_index("direction")
        return cls(metric, rows[["group", "value", "standard_error", "status"]])

    def with_chains(self, traces: pd.DataFrame, burn_in: int, every: int) -> "Column":
        """With the mean loss of each chain's draws for repeats, from tidy traces."""
        kept = (traces["step"] >= burn_in) & ((traces["step"] - burn_in) % every == 0)
        draws = traces[kept & (traces["metric"] == self.name)]
        means = draws.astype({"loss": float}).groupby(["direction", "chain"])["loss"].mean()
        return replace(self, repeats=means.unstack("chain"))

    def usable(self, statuses: Collection[str]) -> pd.Index:
        """Directions whose value is finite and whose status is one of these."""
        kept = self.scores["status"].isin(statuses) & np.isfinite(self.scores["value"])
        return self.scores.index[kept]

    def measure(self, directions: pd.Index, seed: int) -> Measure:
        """The measure of these directions; `seed` names the noise that is added to its copies."""
        chosen = self.scores.loc[directions]
        value = chosen["value"].to_numpy(float)
        return Measure(value, self._noise(directions, value, chosen, seed))

    def _noise(
        self, directions: pd.Index, value: np.ndarray, chosen: pd.DataFrame, seed: int
    ) -> Noise | None:
        if self.repeats is not None and self.repeats.shape[1] > 1:
            repeats = self.repeats.reindex(directions).to_numpy(float)
            if np.isfinite(repeats).all():
                return Repeats(repeats)
        errors = chosen["standard_error"].to_numpy(float)
        if not np.isfinite(errors).all():
            return None
        return Errors.drawn(value, errors, generator(seed, "agreement", "copies", self.name))
