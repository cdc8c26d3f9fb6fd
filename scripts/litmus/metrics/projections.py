"""What the metrics of a projection share: blocks of projections, errors over sequences."""

from collections.abc import Iterable, Iterator

import numpy as np

from litmus.activations.cache import Block
from litmus.feature import Nonlinearity, value

# Projections of some whole sequences on n directions: float64 (sequences, context, n).
Projections = Iterator[np.ndarray]


def project(blocks: Iterable[Block], vectors: np.ndarray) -> Projections:
    """⟨a, v⟩ for each block of activations and each row v of `vectors` (n, width)."""
    columns = vectors.T.astype(np.float64)
    for block in blocks:
        yield block.activations.astype(np.float64) @ columns


def silent(
    projections: Projections, std: np.ndarray, threshold: float, nonlinearity: Nonlinearity
) -> Projections:
    """Where the feature with threshold kσ is zero: blocks of bool (sequences, context, n).

    Args:
        projections: blocks (sequences, context, n).
        std: σ of each projection, (n,).
        threshold: k.
        nonlinearity: of the feature.
    """
    for block in projections:
        yield value(block, threshold * std, nonlinearity) == 0


def mean_over_sequences(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over sequences and its standard error: (sequences, n) → (n,), (n,).

    Tokens of a sequence are not independent draws; sequences are taken to be.
    """
    return values.mean(0), values.std(0, ddof=1) / np.sqrt(len(values))


class Moments:
    """Moments of the standardised projections, and errors of what is computed from them.

    Args:
        projections: blocks (sequences, context, n).
        mean: of each projection over all tokens, (n,).
        std: likewise.
    """

    def __init__(self, projections: Projections, mean: np.ndarray, std: np.ndarray) -> None:
        scale = np.where(std > 0, std, 1.0)
        parts = []
        for block in projections:
            z = (block - mean) / scale
            squares = z * z
            parts.append(
                np.stack([z.mean(1), squares.mean(1), (squares * z).mean(1), (squares**2).mean(1)])
            )
        # powers[k − 1] is the mean of z^k in each sequence: (4, sequences, n).
        self.powers = np.concatenate(parts, axis=1)
        self.skewness = self.powers[2].mean(0)
        self.kurtosis = self.powers[3].mean(0)
        self.dead = std <= 0

    def error(self, c1: np.ndarray, c2: np.ndarray, c3: float, c4: float) -> np.ndarray:
        """Standard error of a statistic with influence function c₁z + c₂(z²−1) + c₃z³ + c₄z⁴.

        The influence of a sequence is its tokens' mean influence; the statistic's error is that of
        the mean over sequences (the infinitesimal jackknife).
        """
        first, second, third, fourth = self.powers
        influence = c1 * first + c2 * second + c3 * third + c4 * fourth
        return influence.std(0, ddof=1) / np.sqrt(len(influence))
