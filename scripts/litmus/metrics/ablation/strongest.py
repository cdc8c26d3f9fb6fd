"""Which data points a direction is ablated on."""

import numpy as np

from litmus.errors import LitmusError
from litmus.metrics.ablation.settings import Ablation
from litmus.metrics.projections import Projections
from litmus.seeds import generator


def peaks(projections: Projections, tokens: str) -> np.ndarray:
    """How strongly each direction is active on each sequence: max |⟨a, v⟩| over its tokens.

    Absolute, for the sign of a direction that is no decoder row means nothing. Only tokens that are
    ablated count: with tokens `last`, the last one.

    Args:
        projections: blocks (sequences, context, n).
        tokens: which of a sequence's tokens are ablated: `all` or `last`.

    Returns:
        float64 (sequences, n).
    """
    counted = slice(None) if tokens == "all" else slice(-1, None)
    return np.concatenate([np.abs(block[:, counted]).max(1) for block in projections])


def strongest(peaks: np.ndarray, k: int) -> np.ndarray:
    """The k sequences with the highest peaks, strongest first, ties by index: → (k, n).

    Raises:
        LitmusError: there are fewer than k sequences.
    """
    if k > len(peaks):
        raise LitmusError(
            f"metrics.ablation.strongest: found {k}; valid: at most {len(peaks)}, "
            "the sequences of the evaluation split"
        )
    return np.argsort(-peaks, axis=0, kind="stable")[:k]


def sample(sequences: int, count: int, seed: int) -> np.ndarray:
    """At most `count` of the sequences, the same for every direction: sorted indices."""
    order = generator(seed, "ablation sequences").permutation(sequences)
    return np.sort(order[:count])


class Chosen:
    """The data points of every direction, those of all k at once.

    Args:
        peaks: of each sequence and direction, (sequences, n).
        settings: k, and how many sequences stand for all.
        seed: of these.
    """

    def __init__(self, peaks: np.ndarray, settings: Ablation, seed: int) -> None:
        self.ranked = strongest(peaks, settings.most)
        self.sample = sample(len(peaks), settings.sampled, seed)
        self.wanted = np.zeros(peaks.shape, bool)
        """(sequences, n)."""
        np.put_along_axis(self.wanted, self.ranked, True, axis=0)
        self.wanted[self.sample] = True

    def of(self, k: int | str, values: np.ndarray) -> np.ndarray:
        """The values (sequences, n) of the k strongest, or of the sample: → (k, n)."""
        if k == "all":
            return values[self.sample]
        return np.take_along_axis(values, self.ranked[:k], axis=0)
