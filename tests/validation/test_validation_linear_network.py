"""The point w*, the population loss and the curvature of deep linear networks."""

import numpy as np
import pytest
import torch

from litmus.validation import linear_network
from litmus.validation.cases import NETWORKS

CASES = [(widths, rank) for widths, ranks in NETWORKS.items() for rank in ranks]


def random_layers(widths, seed):
    """Layers of independent normal numbers."""
    stream = torch.Generator().manual_seed(seed)
    shapes = zip(widths[1:], widths, strict=False)
    return [torch.randn(shape, generator=stream) for shape in shapes]


@pytest.mark.parametrize("widths, rank", CASES, ids=str)
def test_the_point_has_the_rank_and_no_loss(widths, rank):
    """Shapes, the rank of the product, and a loss of zero."""
    layers = linear_network.point(widths, rank)
    assert [tuple(layer.shape) for layer in layers] == list(zip(widths[1:], widths, strict=False))
    assert torch.linalg.matrix_rank(linear_network.product(layers)) == rank
    loss = linear_network.loss_of([layers], chains=2)(
        {name: value.expand(2, *value.shape) for name, value in offsets(layers).items()}, 0
    )
    assert loss.tolist() == [0, 0]


def offsets(layers):
    """The start of the chains."""
    return linear_network.offsets(layers)


def test_the_strata_of_two_by_two_matrices_by_hand():
    """BA = 0 best with both of rank one; BA of rank one with A invertible; of rank two: both."""
    assert [linear_network.stratum((2, 2, 2), rank) for rank in (0, 1, 2)] == [
        (2, 1, 0),
        (1, 1, 0),
        (0, 0, 0),
    ]


@pytest.mark.parametrize("widths", [(3, 2, 4), (8, 3, 4), (2, 5, 3, 2)])
def test_the_population_loss_is_the_mean_over_the_unit_ball(widths):
    """Against 400,000 inputs: normal directions, radius U^(1/d)."""
    truth, other = random_layers(widths, 0), random_layers(widths, 1)
    moved = {name: (b - a)[None] for name, a, b in zip(offsets(truth), truth, other, strict=True)}
    loss = linear_network.loss_of([truth], chains=1)(moved, 0).item()
    random = np.random.default_rng(0)
    x = random.normal(size=(400_000, widths[0]))
    x *= random.random((len(x), 1)) ** (1 / widths[0]) / np.linalg.norm(x, axis=1, keepdims=True)
    gap = (linear_network.product(other) - linear_network.product(truth)).numpy()
    sampled = ((x @ gap.T) ** 2).mean(1)
    error = sampled.std() / np.sqrt(len(x))
    assert error < 0.01 * loss
    assert abs(sampled.mean() - loss) < 3.5 * error


def test_the_loss_of_a_stack_is_that_of_each():
    """Three networks with two chains each, together and one by one."""
    points = [linear_network.point((3, 3, 3, 3), rank) for rank in (0, 1, 2)]
    stream = torch.Generator().manual_seed(0)
    moved = {name: torch.randn(6, 3, 3, generator=stream) for name in offsets(points[0])}
    together = linear_network.loss_of(points, chains=2)(moved, 0)
    for row in range(6):
        alone = linear_network.loss_of([points[row // 2]], chains=1)
        one = alone({name: value[row : row + 1] for name, value in moved.items()}, 0)
        torch.testing.assert_close(one[0], together[row])
        layers = [w + moved[n][row] for w, n in zip(points[row // 2], moved, strict=True)]
        gap = torch.linalg.multi_dot(layers[::-1]) - torch.linalg.multi_dot(points[row // 2][::-1])
        torch.testing.assert_close(gap.square().sum() / (5 * 3), together[row])


@pytest.mark.parametrize("widths, rank", [((2, 3, 2), 1), ((3, 2, 2, 3), 1)])
def test_curvatures_are_the_hessians_eigenvalues(widths, rank):
    """Against autograd's Hessian, zeros aside; those lie between 2·scale and L times that."""
    layers = linear_network.point(widths, rank)
    start = offsets(layers)
    sizes = [value.numel() for value in start.values()]
    loss = linear_network.loss_of([layers], chains=1)

    def flat(vector):
        parts = vector.split(sizes)
        named = zip(start.items(), parts, strict=True)
        return loss({name: part.view(1, *value.shape) for (name, value), part in named}, 0)[0]

    hessian = torch.autograd.functional.hessian(flat, torch.zeros(sum(sizes)))
    expected = torch.linalg.eigvalsh(hessian)
    expected = expected[expected > 1e-5].double()
    found = linear_network.curvatures(layers)
    found = found[found > 0]
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-4)
    least = 2 * linear_network.scale(widths)
    assert least - 1e-9 <= found.min() and found.max() <= len(layers) * least + 1e-9
