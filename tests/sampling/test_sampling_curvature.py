"""The largest curvature of a loss, and the step size it allows."""

import pytest
import torch

from litmus.sampling import chains
from litmus.sampling.curvature import LIMIT, stiffness, top_curvature
from litmus.sampling.rmsprop import RMSpropSGLD
from litmus.sampling.sgld import SGLD

START = {"w": torch.tensor([[1.0, -2.0], [0.5, 3.0]]), "b": torch.tensor([0.25, -4.0, 1.0])}


def flat(parameters):
    """Parameters of a stack side by side, (stack, 7)."""
    return torch.cat([value.flatten(1) for value in parameters.values()], dim=1)


CENTRE = flat({name: value[None] for name, value in START.items()})


def symmetric(count, seed=0):
    """Random positive definite matrices, (count, 7, 7)."""
    root = torch.randn(count, 7, 7, generator=torch.Generator().manual_seed(seed))
    return root @ root.mT


def stacked(matrices):
    """½·(θ − θ₀)ᵀH(θ − θ₀), each row of the stack with an H of its own."""

    def loss(parameters, step):
        away = flat(parameters) - CENTRE
        return torch.einsum("si,sij,sj->s", away, matrices, away) / 2

    return loss


def test_the_top_of_a_quadratic():
    """The largest eigenvalue of each of three matrices, and so a residual of nearly 0."""
    matrices = symmetric(3)
    found = top_curvature(stacked(matrices), START, directions=3, iterations=60, seed=0)
    exact = torch.linalg.eigvalsh(matrices.double())[:, -1:]
    torch.testing.assert_close(found.value, exact, rtol=1e-3, atol=0)
    assert (found.residual < 0.02 * exact).all()


@pytest.mark.parametrize("iterations", [1, 2, 5])
def test_an_early_end_is_too_low_by_no_more_than_it_says(iterations):
    """Below the largest eigenvalue, and within the residual of one of them."""
    matrices = symmetric(6)
    found = top_curvature(stacked(matrices), START, 6, iterations, seed=0)
    exact = torch.linalg.eigvalsh(matrices.double())
    assert (found.value < exact[:, -1:] * (1 + 1e-3)).all()
    nearest = (exact - found.value).abs().min(dim=1).values
    assert (nearest <= found.residual[:, 0] * 1.01 + 1e-3).all()


@pytest.mark.parametrize("robust", [False, True])
def test_the_top_of_nonlinear_least_squares(robust):
    """Against torch.func.hessian; log(1 + L) has L's curvature where L is 0."""
    stream = torch.Generator().manual_seed(3)
    into, out = (torch.randn(*shape, generator=stream) for shape in [(7, 20), (20, 5)])
    still = torch.tanh(CENTRE @ into) @ out

    def one(theta):
        value = (torch.tanh(theta @ into) @ out - still).square().sum()
        return value.log1p() if robust else value

    found = top_curvature(
        lambda p, step: torch.stack([one(theta) for theta in flat(p)]), START, 1, 40, seed=0
    )
    exact = torch.linalg.eigvalsh(torch.func.hessian(one)(CENTRE[0]))[-1]
    assert found.value.item() == pytest.approx(exact.item(), rel=0.01)


def test_a_slope_at_the_start_does_not_matter():
    """H·w is a difference of two gradients; the first need not be zero."""
    matrices, slope = symmetric(1), torch.arange(7.0)
    curved = stacked(matrices)
    found = top_curvature(lambda p, step: curved(p, step) + flat(p) @ slope, START, 1, 60, seed=0)
    exact = torch.linalg.eigvalsh(matrices)[0, -1]
    assert found.value.item() == pytest.approx(exact.item(), rel=0.01)


def test_masked_elements_have_no_part():
    """The largest eigenvalue of the rows and columns that move."""
    matrices = symmetric(1)
    masks = {"w": torch.tensor([[1, 0], [1, 1]]), "b": torch.tensor([0, 1, 1])}
    found = top_curvature(stacked(matrices), START, 1, 60, seed=0, masks=masks)
    moving = torch.tensor([0, 2, 3, 5, 6])
    exact = torch.linalg.eigvalsh(matrices[0][moving][:, moving])[-1]
    assert found.value.item() == pytest.approx(exact.item(), rel=1e-3)


def test_a_flat_loss_has_none():
    """Zero, with zero residual: a dead direction limits no step."""
    found = top_curvature(lambda p, step: 0 * flat(p).sum(1), START, 2, 5, seed=0)
    assert found.value.tolist() == found.residual.tolist() == [[0.0], [0.0]]


def test_neighbours_do_not_matter():
    """Alone or third of four: the same."""
    matrices = symmetric(4)
    together = top_curvature(stacked(matrices), START, 4, 3, seed=0)
    alone = top_curvature(stacked(matrices[2:3]), START, 1, 3, seed=0)
    torch.testing.assert_close(alone.value[0], together.value[2], rtol=1e-4, atol=0)


def test_chains_are_apart():
    """The loss may differ between the chains of a direction: each has its own curvature."""
    matrices = symmetric(4)
    found = top_curvature(stacked(matrices), START, 2, 60, seed=0, chains=2)
    exact = torch.linalg.eigvalsh(matrices)[:, -1].view(2, 2)
    torch.testing.assert_close(found.value.float(), exact, rtol=1e-3, atol=0)


def test_the_loss_is_told_one_step():
    """The same minibatch at each call."""
    told = []
    curved = stacked(symmetric(1))
    top_curvature(lambda p, step: told.append(step) or curved(p, step), START, 1, 4, 0, step=7)
    assert told == [7] * 5


def test_stiffness_by_hand():
    """ε(nβh + γ) = .01·(20·3 + 5), and ten times that where G reaches 1/epsilon = 10."""
    curvature = torch.tensor([3.0, 0.0])
    assert stiffness(SGLD(0.01, 20.0, 5.0), curvature).tolist() == pytest.approx([0.65, 0.05])
    scaled = stiffness(RMSpropSGLD(0.01, 20.0, 5.0, epsilon=0.1), curvature)
    assert scaled.tolist() == pytest.approx([6.5, 0.5])


@pytest.mark.parametrize("share, stable", [(0.95, True), (1.05, False)])
def test_chains_diverge_beyond_the_limit(share, stable):
    """Just below it the steepest quadratic's chains stay near the start, just above they leave."""
    matrices = symmetric(1)
    top = torch.linalg.eigvalsh(matrices)[0, -1].item()
    rule = SGLD(share * LIMIT / (20.0 * top + 5.0), 20.0, 5.0)
    assert stiffness(rule, torch.tensor(top)).item() == pytest.approx(share * LIMIT)
    twice = stacked(matrices.repeat(2, 1, 1))
    last = chains.run(twice, START, rule, 1, 2, 400, seed=0).distance[0, :, -1]
    assert ((last < 10) == stable).all()
    assert stable or (last > 1e6).all()
