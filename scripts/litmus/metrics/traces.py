"""The chains' traces as a table."""

import numpy as np
import pyarrow as pa

from litmus.directions.table import Directions
from litmus.sampling.chains import Traces
from litmus.tables import TRACES


def trace_table(directions: Directions, traces: Traces) -> pa.Table:
    """`traces/<metric>/<group>/<chunk>.parquet`: every step of every chain, burn-in included."""
    count, chains, steps = traces.loss.shape
    return pa.table(
        {
            "direction": np.repeat(directions.ids, chains * steps),
            "group": [directions.group] * (count * chains * steps),
            "chain": np.tile(np.repeat(np.arange(chains, dtype=np.int16), steps), count),
            "step": np.tile(np.arange(steps, dtype=np.int32), count * chains),
            "loss": traces.loss.numpy().ravel().astype(np.float32),
            "distance": traces.distance.numpy().ravel().astype(np.float32),
        },
        schema=TRACES,
    )
