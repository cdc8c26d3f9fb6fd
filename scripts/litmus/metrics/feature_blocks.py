"""Many directions' features at once, projected in blocks that stay in a core's cache.

Blocks have a fixed shape, and the last is filled up with zeros: how a product is rounded depends
on its shape, and a direction's value must not depend on how many there are.
"""

import torch
from torch import Tensor
from torch.nn.functional import pad, threshold_

from litmus.feature import Nonlinearity

# Directions a block, and tokens a block at most. On an accelerator launches count, not the cache.
CPU = (64, 1024)
ACCELERATOR = (1024, 1 << 15)
# Stands in for a σ of zero, by which nothing can be divided.
SMALLEST = 1e-12


class FeatureBlocks:
    """The features of n directions.

    Vectors are divided by their projection's σ, so that all have the same threshold k: f(p) is
    σ·f₁(p/σ). f₁ takes one pass over the projections: p where p > k, else 0 for hard and k for
    relu, which leaves out what cancels in a difference. `litmus.feature` takes four.

    Args:
        vectors: unit vectors (n, width).
        std: σ of each projection, (n,).
        threshold: k.
        nonlinearity: of the feature.
    """

    def __init__(
        self, vectors: Tensor, std: Tensor, threshold: float, nonlinearity: Nonlinearity
    ) -> None:
        self.count = len(vectors)
        self.threshold, self.nonlinearity = threshold, nonlinearity
        self.rest = threshold if nonlinearity == "relu" else 0.0
        self.unit = std.double().clamp(min=SMALLEST)
        self.directions, self.tokens = CPU if vectors.device.type == "cpu" else ACCELERATOR
        scaled = (vectors.double() / self.unit.unsqueeze(1)).to(vectors.dtype)
        filled = pad(scaled, (0, 0, 0, -self.count % self.directions))
        # (blocks, width, directions of a block)
        self.blocks = filled.unflatten(0, (-1, self.directions)).mT

    def zeros(self, *shape: int) -> Tensor:
        """Room for sums over what `squared_changes` gives: float64 (*shape, filled)."""
        return self.unit.new_zeros(*shape, len(self.blocks) * self.directions)

    def squares(self, squares: Tensor) -> Tensor:
        """Squares of f from those of f₁: (…, filled) → (…, n)."""
        return squares[..., : self.count] * self.unit.square()

    def squared_changes(self, before: Tensor, after: Tensor) -> Tensor:
        """Σ_t (f₁(after) − f₁(before))² of every direction.

        Args:
            before: activations (sequences, context, width).
            after: others (stack, sequences, context, width), each to be compared with `before`.

        Returns:
            (stack, sequences, filled).
        """
        size = self.directions
        sums = after.new_empty(*after.shape[:2], len(self.blocks) * size)
        step = max(1, self.tokens // after.shape[2])
        for first in range(0, after.shape[1], step):
            rows = slice(first, first + step)
            for i, block in enumerate(self.blocks):
                columns = slice(i * size, (i + 1) * size)
                still = self._values(before[rows], block)
                for moved, sum_ in zip(after[:, rows], sums[:, rows, columns], strict=True):
                    change = self._values(moved, block).sub_(still)
                    torch.sum(change.square_(), dim=1, out=sum_)
        return sums

    def fire(self, activations: Tensor) -> Tensor:
        """Whether each feature is ever anything but zero: (…, width) → bool (n,)."""
        values = (self._values(activations, block) for block in self.blocks)
        return torch.cat([(v != self.rest).flatten(0, -2).any(0) for v in values])[: self.count]

    def _values(self, activations: Tensor, block: Tensor) -> Tensor:
        """f₁ of one block's directions: (…, width) → (…, directions)."""
        projections = activations @ block
        if self.nonlinearity == "none":
            return projections
        return threshold_(projections, self.threshold, self.rest)
