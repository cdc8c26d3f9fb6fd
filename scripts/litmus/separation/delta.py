"""δ: the lowest balanced error of one threshold between two groups, and its cross-fitted twin."""

from typing import NamedTuple

import numpy as np


class Pooled(NamedTuple):
    """Two groups in one sorted row, as the steps of a walk from 0 back to 0.

    After the values up to x the walk stands at n·m·(P(x) − Q(x)), where P and Q are the two
    empirical distribution functions: whole numbers, so that equal gaps compare as equal.
    """

    values: np.ndarray  # float64 (n + m,), ascending
    candidate: np.ndarray  # bool (n + m,): is this value a candidate's?
    cuts: np.ndarray  # int64 (distinct − 1,): where a run of ties ends, but for the last
    n: int  # candidates
    m: int  # controls

    @property
    def steps(self) -> np.ndarray:
        """+m at each candidate, −n at each control: int64 (n + m,)."""
        return np.where(self.candidate, self.m, -self.n)


class Cut(NamedTuple):
    """The best single threshold between two groups."""

    delta: float  # its balanced error, in [0, 0.5]
    threshold: float  # a value is high when it is greater than this
    direction: int  # 1: candidates lie above · −1: controls lie above · 0: neither


def pool(candidate: np.ndarray, control: np.ndarray) -> Pooled:
    """Sort two groups, of shapes (n,) and (m,), into one row.

    Raises:
        ValueError: a group is not a row of at least one finite value.
    """
    for name, group in (("candidate", candidate), ("control", control)):
        if np.ndim(group) != 1 or len(group) == 0 or not np.isfinite(group).all():
            raise ValueError(
                f"{name}: expected a row of finite values, got shape {np.shape(group)}"
                + (" with NaN or infinity" if np.ndim(group) == 1 and len(group) else "")
            )
    values = np.concatenate([candidate, control]).astype(np.float64)
    order = np.argsort(values, kind="stable")
    values = values[order]
    cuts = np.flatnonzero(values[1:] != values[:-1])
    return Pooled(values, order < len(candidate), cuts, len(candidate), len(control))


def delta_of(gap: np.ndarray | int, n: int, m: int) -> np.ndarray | float:
    """δ = ½(1 − max|P − Q|) from the walk's greatest distance `gap` = n·m·max|P − Q|."""
    return 0.5 * (1 - gap / (n * m))


def fit(candidate: np.ndarray, control: np.ndarray) -> Cut:
    """The threshold and direction with the lowest balanced error, fitted and scored on all values.

    δ = ½(1 − max_x |P(x) − Q(x)|) = (1 − KS)/2 = (1 − |J|)/2, with KS the statistic of
    Kolmogorov and Smirnov and J the index of Youden 1950. The direction is free, so δ is never
    above ½, and its mean is below ½ even for equal groups (see `resampling.permute`).

    The threshold is halfway between two neighbouring values. Of several equally good ones the one
    that splits the pooled values most evenly is taken, so δ = ½ gives a threshold near their
    median, or the common value itself where all are equal.

    Args:
        candidate: finite values, shape (n,), n ≥ 1.
        control: finite values, shape (m,), m ≥ 1.

    Raises:
        ValueError: a group is empty, not a row, or holds a value that is not finite.
    """
    row = pool(candidate, control)
    if len(row.cuts) == 0:
        return Cut(0.5, float(row.values[0]), 0)
    gaps = np.cumsum(row.steps)[row.cuts]
    best = np.flatnonzero(np.abs(gaps) == np.abs(gaps).max())
    cut = best[np.argmin(np.abs(2 * (row.cuts[best] + 1) - (row.n + row.m)))]
    below, above = row.values[row.cuts[cut] : row.cuts[cut] + 2]
    middle = below / 2 + above / 2  # not (below + above) / 2, which may overflow
    threshold = middle if below <= middle < above else below  # no float lies between neighbours
    return Cut(
        float(delta_of(abs(gaps[cut]), row.n, row.m)), float(threshold), -int(np.sign(gaps[cut]))
    )


def error(cut: Cut, candidate: np.ndarray, control: np.ndarray) -> float:
    """The mean of the two groups' error rates under `cut`; ½ where it has no direction."""
    if cut.direction == 0:
        return 0.5
    candidates_above = (np.mean(candidate <= cut.threshold) + np.mean(control > cut.threshold)) / 2
    return float(candidates_above if cut.direction > 0 else 1 - candidates_above)


def crossfit(
    candidate: np.ndarray, control: np.ndarray, repeats: int, generator: np.random.Generator
) -> float:
    """δ with the threshold fitted on one half of each group and scored on the other.

    Both ways, averaged over `repeats` random halvings (two-fold cross-fitting, Stone 1974). Nearly
    unbiased where the plug-in δ is optimistic, so it may come out above ½.

    Args:
        candidate: finite values, shape (n,), n ≥ 2; their order does not matter.
        control: finite values, shape (m,), m ≥ 2.
        repeats: random halvings, at least 1.
        generator: the stream that halves the groups.

    Raises:
        ValueError: a group has fewer than two values, or one that is not finite.
    """
    candidate, control = np.sort(candidate), np.sort(control)
    errors = []
    for _ in range(repeats):
        shuffled = generator.permutation(candidate), generator.permutation(control)
        first = [group[: len(group) // 2] for group in shuffled]
        second = [group[len(group) // 2 :] for group in shuffled]
        errors += [error(fit(*first), *second), error(fit(*second), *first)]
    return float(np.mean(errors))
