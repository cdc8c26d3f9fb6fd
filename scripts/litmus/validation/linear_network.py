"""Deep linear networks: a point of the generic stratum, its curvature, the population loss.

The network x ↦ W_L ⋯ W_1 x has layer i of shape (H_{i+1}, H_i). Parameters with one and the same
product form strata by the ranks of their partial products. One of the largest dimension carries
the learning coefficient: there the loss is quadratic across the stratum and flat along it, so that
λ is half its codimension, the rank of the Hessian.
"""

from collections.abc import Callable, Sequence
from itertools import combinations_with_replacement, pairwise

import torch
from torch import Tensor

from litmus.sampling.sgld import Parameters


def stratum(widths: Sequence[int], rank: int) -> tuple[int, ...]:
    """Ranks of W_i ⋯ W_1 beyond `rank`, i = 0, …, L, on a stratum of the smallest codimension.

    Beyond the true rank the excess widths M_i = H_i − r carry maps whose product is zero. When
    the image of the first i of them has dimension ρ_i, the next maps it with rank ρ_{i+1} only:
    (ρ_i − ρ_{i+1})·(M_{i+1} − ρ_{i+1}) conditions. All sequences ρ are tried; of several best
    ones the first in descending order is taken.
    """
    excess = [width - rank for width in widths]

    def codimension(ranks: Sequence[int]) -> int:
        steps = zip(ranks, ranks[1:], excess[1:], strict=False)
        return sum((before - after) * (width - after) for before, after, width in steps)

    inner = combinations_with_replacement(range(excess[0], -1, -1), len(widths) - 2)
    found = ((excess[0], *between, 0) for between in inner)
    fitting = (ranks for ranks in found if all(x <= m for x, m in zip(ranks, excess, strict=True)))
    return min(fitting, key=codimension)


def point(widths: Sequence[int], rank: int) -> list[Tensor]:
    """w* on that stratum: layer i of shape (H_{i+1}, H_i), every singular value 0 or 1.

    A coordinate of the true rank goes to itself, and so does one of the image as long as it
    lasts; the others go to the others of the next layer as far as these reach.
    """
    ranks = stratum(widths, rank)
    layers = []
    for i, (fan_in, fan_out) in enumerate(pairwise(widths)):
        layer = torch.zeros(fan_out, fan_in)
        before, after = rank + ranks[i], rank + ranks[i + 1]
        layer[range(after), range(after)] = 1
        others = min(fan_in - before, fan_out - after)
        layer[range(after, after + others), range(before, before + others)] = 1
        layers.append(layer)
    return layers


def scale(widths: Sequence[int]) -> float:
    """1/((d_in + 2)·d_out): the population loss of a product that is off by Q, over ‖Q‖²_F.

    For x uniform in the unit ball of d dimensions, E[xxᵀ] = I/(d + 2); the loss is the mean
    squared error over outputs, without noise.
    """
    return 1 / ((widths[0] + 2) * widths[-1])


def product(layers: Sequence[Tensor]) -> Tensor:
    """W_L ⋯ W_1 of layers (…, H_{i+1}, H_i): (…, H_{L+1}, H_1)."""
    total = layers[0]
    for layer in layers[1:]:
        total = layer @ total
    return total


def curvatures(layers: Sequence[Tensor]) -> Tensor:
    """Eigenvalues of the loss's Hessian at a minimum, as many as the product has entries.

    The product changes by J·dw, so the Hessian 2·scale·JᵀJ has, but for zeros, the eigenvalues of
    2·scale·JJᵀ, and JJᵀ = Σ_i (W_L ⋯ W_{i+1})(⋯)ᵀ ⊗ (W_{i−1} ⋯ W_1)ᵀ(⋯).
    """
    widths = [layers[0].shape[1], *(layer.shape[0] for layer in layers)]
    gram = torch.zeros(widths[0] * widths[-1], widths[0] * widths[-1], dtype=torch.float64)
    for i in range(len(layers)):
        after = product([torch.eye(widths[i + 1]), *layers[i + 1 :]]).double()
        before = product([torch.eye(widths[0]), *layers[:i]]).double()
        gram += torch.kron(after @ after.T, before.T @ before)
    values = 2 * scale(widths) * torch.linalg.eigvalsh(gram)
    return torch.where(values > 1e-9 * values.max(), values, 0.0)


def loss_of(points: Sequence[Sequence[Tensor]], chains: int) -> Callable[[Parameters, int], Tensor]:
    """The population loss of networks of one shape, `chains` of each beside one another.

    Args:
        points: a w* for each network; its product is the truth.
        chains: how many copies of each network the stack holds.

    Returns:
        A loss of `offsets(…)` with a leading axis of networks × chains: the loss at w* plus the
        offset, (stack,).
    """
    names = list(offsets(points[0]))
    by_layer = zip(*points, strict=True)
    stars = [torch.stack(layers).repeat_interleave(chains, 0) for layers in by_layer]
    truth = product(stars)
    factor = scale([stars[0].shape[2], *(star.shape[1] for star in stars)])

    def loss(parameters: Parameters, _step: int) -> Tensor:
        layers = [star + parameters[name] for name, star in zip(names, stars, strict=True)]
        return factor * (product(layers) - truth).square().sum((1, 2))

    return loss


def offsets(layers: Sequence[Tensor]) -> Parameters:
    """The start of a chain, w − w* = 0: networks with different w* share it."""
    return {f"layer{i}": torch.zeros_like(layer) for i, layer in enumerate(layers, 1)}
