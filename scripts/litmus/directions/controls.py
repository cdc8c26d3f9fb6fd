"""Controls: directions that nobody has reason to call features.

Each draws the vector with index i from a stream of its own, named by group and i: the first k never
depend on how many follow, nor on the chunk they are drawn in. Vectors are float64 (n, width) with
unit norm.
"""

from collections.abc import Callable, Sequence

import numpy as np

from litmus.activations.statistics import Statistics
from litmus.errors import LitmusError
from litmus.seeds import generator

# Pairs drawn for a difference of activations; the first that differs is taken.
ATTEMPTS = 16


def unit(vectors: np.ndarray) -> np.ndarray:
    """Each row divided by its norm.

    Raises:
        LitmusError: a row is zero or not finite.
    """
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    if not (np.isfinite(norms).all() and (norms > 0).all()):
        raise LitmusError("directions: found a vector of zero or infinite norm; none can be scored")
    return vectors / norms


def centre(vectors: np.ndarray, centred: bool) -> np.ndarray:
    """The rows without their mean over coordinates, where the residual stream has none either."""
    return vectors - vectors.mean(-1, keepdims=True) if centred else vectors


def isotropic(indices: Sequence[int], width: int, centred: bool, seed: int) -> np.ndarray:
    """Gaussian with identity covariance: the published baseline."""
    drawn = [generator(seed, "isotropic", i).standard_normal(width) for i in indices]
    return unit(centre(np.stack(drawn), centred))


def covariance(indices: Sequence[int], statistics: Statistics, seed: int) -> np.ndarray:
    """Gaussian with the activations' covariance C: C^½·g."""
    values, basis = spectrum(statistics)
    drawn = [generator(seed, "covariance", i).standard_normal(len(values)) for i in indices]
    return unit((np.stack(drawn) * np.sqrt(values)) @ basis.T)


def difference(
    indices: Sequence[int],
    count: int,
    activation: Callable[[np.ndarray], np.ndarray],
    centred: bool,
    seed: int,
) -> np.ndarray:
    """Difference of two activations of different tokens.

    Args:
        indices: which to draw.
        count: how many tokens there are.
        activation: token numbers (k,) → their activations (k, width), called once.
        centred: as the residual stream.
        seed: of the draws.

    Raises:
        LitmusError: the activations hardly differ.
    """
    draws = [generator(seed, "difference", i) for i in indices]
    numbers = [[draw.choice(count, 2, replace=False) for _ in range(ATTEMPTS)] for draw in draws]
    flat = activation(np.array(numbers).ravel()).astype(np.float64)
    pairs = centre(flat, centred).reshape(len(draws), ATTEMPTS, 2, -1)
    apart = pairs[:, :, 0] - pairs[:, :, 1]
    # Two tokens with the same past have the same activation but for rounding: the next pair then.
    differ = np.linalg.norm(apart, axis=-1) > 1e-4 * np.linalg.norm(pairs, axis=(-2, -1))
    if not differ.any(1).all():
        raise LitmusError(
            f"directions.controls: found 'difference', but in {ATTEMPTS} pairs of activations none "
            "differ; leave it out, or add text"
        )
    return unit(apart[np.arange(len(draws)), differ.argmax(1)])


def matched(
    indices: Sequence[int], partners: np.ndarray, statistics: Statistics, seed: int
) -> np.ndarray:
    """One for each partner, with exactly its projection variance.

    C^(p/2)·g, normalised, for a Gaussian g, with p found by bisection so that vᵀCv equals the
    partner's: it rises with p from the least to the greatest eigenvalue of C.

    Args:
        indices: of the partners, which are the candidates with the same index.
        partners: unit vectors, (n, width).
        statistics: of the activations.
        seed: of the draws.

    Raises:
        LitmusError: a partner's variance is outside C's spectrum.
    """
    values, basis = spectrum(statistics)
    wanted = statistics.projection_std(partners) ** 2
    rows = []
    for i, variance in zip(indices, wanted, strict=True):
        # The partner's norm is 1 to float32's precision only.
        if not values[0] * (1 - 1e-5) <= variance <= values[-1] * (1 + 1e-5):
            raise LitmusError(
                f"directions.controls: found 'matched', but candidate {i} has projection variance "
                f"{variance:.3g} where the activations have {values[0]:.3g} to {values[-1]:.3g}; "
                "leave it out"
            )
        draw = generator(seed, "matched", i).standard_normal(len(values))
        rows.append(_tilted(draw, np.log(values), np.log(variance)))
    return unit(np.stack(rows) @ basis.T)


def _tilted(draw: np.ndarray, log_values: np.ndarray, log_variance: float) -> np.ndarray:
    """Coordinates e^{p·log λ/2}·g in C's eigenbasis whose normalised variance is the wanted one."""
    low, high = -1e6, 1e6  # eigenvalues close to each other need a large power to be told apart
    for _ in range(200):
        p = (low + high) / 2
        weights = p * log_values + 2 * np.log(np.abs(draw))
        weights -= weights.max()
        mean = np.log(np.exp(weights + log_values).sum() / np.exp(weights).sum())
        low, high = (p, high) if mean < log_variance else (low, p)
    return np.exp(weights / 2) * np.sign(draw)


def spectrum(statistics: Statistics) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues (k,) and eigenvectors (width, k) of C, without its null space.

    A centred residual stream has variance zero along (1, …, 1), where no power of C exists.
    """
    values, basis = np.linalg.eigh(statistics.covariance)
    kept = values > 1e-10 * values[-1]
    return values[kept], basis[:, kept]
