"""A feature: the scalar function of a direction. Works on NumPy arrays and torch tensors alike."""

from typing import Any, Literal

Nonlinearity = Literal["hard", "relu", "none"]


def value(projection: Any, threshold: Any, nonlinearity: Nonlinearity) -> Any:
    """f from the projection p = ⟨a, v⟩, elementwise, in p's shape.

    hard: p·1[p > t] (the published choice) · relu: (p − t)₊ · none: p.

    Args:
        projection: p, any shape.
        threshold: t = kσ, of a shape that broadcasts.
        nonlinearity: which of the three.
    """
    if nonlinearity == "none":
        return projection
    above = projection > threshold
    return (projection if nonlinearity == "hard" else projection - threshold) * above
