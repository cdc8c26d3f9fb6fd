"""Mean and covariance of the activations, in one pass, in float64."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from litmus import tables


@dataclass(frozen=True)
class Statistics:
    """Mean (width,), covariance (width, width) with divisor n, and n."""

    mean: np.ndarray
    covariance: np.ndarray
    count: int

    def projection_mean(self, vectors: np.ndarray) -> np.ndarray:
        """Mean of ⟨a, v⟩ for each row v of `vectors`: (n, width) → (n,)."""
        return vectors @ self.mean

    def projection_std(self, vectors: np.ndarray) -> np.ndarray:
        """Standard deviation √(vᵀCv) of ⟨a, v⟩ for each row v: (n, width) → (n,)."""
        variance = np.einsum("ni,ij,nj->n", vectors, self.covariance, vectors)
        return np.sqrt(np.maximum(variance, 0.0))

    def write(self, path: str | Path) -> None:
        """Write `statistics/<hook>.parquet`."""
        width = len(self.mean)
        tables.write(
            pa.table(
                {
                    "coordinate": np.arange(width, dtype=np.int32),
                    "mean": self.mean,
                    "covariance": pa.FixedSizeListArray.from_arrays(
                        pa.array(self.covariance.ravel()), width
                    ),
                    "count": np.full(width, self.count),
                },
                schema=tables.statistics_schema(width),
            ),
            path,
        )

    @classmethod
    def read(cls, path: str | Path) -> "Statistics":
        """Read `statistics/<hook>.parquet`."""
        table = tables.read(path)
        covariance = table["covariance"].combine_chunks().flatten().to_numpy()
        mean = table["mean"].to_numpy()
        return cls(mean, covariance.reshape(len(mean), -1), table["count"][0].as_py())


class Accumulator:
    """Adds batches of activations up to `Statistics`.

    Sums are taken about the first batch's mean, so that a mean far from zero costs no precision.
    """

    def __init__(self, width: int) -> None:
        self.shift: np.ndarray | None = None
        self.sum = np.zeros(width)
        self.products = np.zeros((width, width))
        self.count = 0

    def add(self, activations: np.ndarray) -> None:
        """Add activations of shape (n, width)."""
        batch = activations.astype(np.float64)
        if self.shift is None:
            self.shift = batch.mean(0)
        batch -= self.shift
        self.sum += batch.sum(0)
        self.products += batch.T @ batch
        self.count += len(batch)

    def statistics(self) -> Statistics:
        """The statistics of all that was added."""
        offset = self.sum / self.count
        covariance = self.products / self.count - np.outer(offset, offset)
        return Statistics(self.shift + offset, covariance, self.count)
