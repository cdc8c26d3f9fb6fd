"""Many features at once: functions of an activation that see it through one vector each."""

from dataclasses import dataclass

from torch import Tensor

from litmus.feature import Nonlinearity, value


@dataclass(frozen=True)
class Features:
    """n features f(a) = φ(⟨a, v⟩): thresholded projections, or latents of a dictionary.

    A ReLU latent with encoder row v and bias b is `relu` with threshold −b; a JumpReLU latent with
    jump θ is `hard` with threshold θ − b and offset b.
    """

    vectors: Tensor
    """v, (n, width)."""
    thresholds: Tensor
    """Of p = ⟨a, v⟩, (n,)."""
    nonlinearity: Nonlinearity
    """The form of φ."""
    offsets: Tensor | None = None
    """Added to p where `hard` lets it through, (n,); None: zero."""

    def __len__(self) -> int:
        """How many."""
        return len(self.vectors)

    def __getitem__(self, chosen: Tensor) -> "Features":
        """The chosen features, in this order."""
        offsets = None if self.offsets is None else self.offsets[chosen]
        return Features(self.vectors[chosen], self.thresholds[chosen], self.nonlinearity, offsets)

    def of(self, projections: Tensor) -> Tensor:
        """f from projections (n, …), in their shape."""
        shape = (-1, *[1] * (projections.ndim - 1))
        thresholds = self.thresholds.view(shape)
        if self.offsets is None:
            return value(projections, thresholds, self.nonlinearity)
        return (projections + self.offsets.view(shape)) * (projections > thresholds)

    @property
    def linear(self) -> bool:
        """Whether f is the projection itself."""
        return self.nonlinearity == "none"


def silent(features: Features, activations: Tensor) -> Tensor:
    """Whether each feature is zero on all activations (sequences, context, width): bool (n,)."""
    parts = (part.flatten(0, 1).T for part in activations.split(256))
    return sum((features.of(features.vectors @ part) != 0).any(1) for part in parts) == 0
