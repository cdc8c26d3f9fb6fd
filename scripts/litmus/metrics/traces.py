"""What the chains did and how healthy they are, as tables."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from litmus.directions.table import Directions
from litmus.metrics.llc.estimate import Estimates
from litmus.tables import DIAGNOSTICS, TRACES


def trace_table(directions: Directions, estimates: Mapping[str, Estimates]) -> pa.Table:
    """`traces/<family>/<group>/<chunk>.parquet`: every step of every chain, burn-in included."""
    return pa.concat_tables(
        _traces(directions, metric, found) for metric, found in estimates.items()
    )


def diagnostics_table(directions: Directions, estimates: Mapping[str, Estimates]) -> pa.Table:
    """`diagnostics/<family>/<group>/<chunk>.parquet`: a row a direction and metric.

    `rhat` and `ess` of the draws; `drift` of their second half against the first, in standard
    deviations; `distance`, the mean ‖θ − θ₀‖; `stiffness` ε·(nβ·h + γ), below 4 where chains are
    stable; `unreached`, the share of tokens that the intervention missed.
    """
    return pa.concat_tables(
        _diagnostics(directions, metric, found) for metric, found in estimates.items()
    )


def _traces(directions: Directions, metric: str, found: Estimates) -> pa.Table:
    count, chains, steps = found.traces.loss.shape
    size = count * chains * steps
    return pa.table(
        {
            "direction": np.repeat(directions.ids, chains * steps),
            "group": [directions.group] * size,
            "metric": [metric] * size,
            "chain": np.tile(np.repeat(np.arange(chains, dtype=np.int16), steps), count),
            "step": np.tile(np.arange(steps, dtype=np.int32), count * chains),
            "loss": found.traces.loss.numpy().ravel().astype(np.float32),
            "distance": found.traces.distance.numpy().ravel().astype(np.float32),
        },
        schema=TRACES,
    )


def _diagnostics(directions: Directions, metric: str, found: Estimates) -> pa.Table:
    count = len(directions.ids)
    judged = ("rhat", "ess", "drift", "distance")
    return pa.table(
        {
            "direction": directions.ids,
            "group": [directions.group] * count,
            "metric": [metric] * count,
            **{name: [getattr(health, name) for health in found.health] for name in judged},
            "stiffness": found.stiffness,
            "unreached": found.unreached,
        },
        schema=DIAGNOSTICS,
    )
