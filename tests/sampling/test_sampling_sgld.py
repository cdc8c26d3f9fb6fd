"""One step of SGLD, and where many of them lead."""

import pytest
import torch
from devinterp.optim import SGMCMC

from litmus.sampling import chains, sgld
from litmus.sampling.diagnostics import judge
from litmus.sampling.sgld import SGLD

START = {"w": torch.tensor([[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]]), "b": torch.tensor([0.25, -4.0])}


def like_start(seed):
    """Normal numbers in the shapes of START, drawn one parameter after the other."""
    stream = torch.Generator().manual_seed(seed)
    return {name: torch.randn(value.shape, generator=stream) for name, value in START.items()}


def stacked(parameters):
    """One direction with one chain."""
    return {name: value[None, None].clone() for name, value in parameters.items()}


def one_chain(parameters):
    """Noise of a single chain."""
    return {name: value[None] for name, value in parameters.items()}


def test_a_step_by_hand():
    """θ = 3, θ₀ = 1, gradient 10, ξ = −2: 3 − .08·(5·10 + 2·2)/2 + √.08·(−2), for ε = .08."""
    theta = {"w": torch.full((1, 1, 1), 3.0)}
    SGLD(learning_rate=0.08, n_beta=5, localization=2).update(
        theta,
        {"w": torch.tensor([1.0])},
        {"w": torch.full((1, 1, 1), 10.0)},
        {"w": torch.full((1, 1), -2.0)},
    )
    assert theta["w"].item() == pytest.approx(3 - 2.16 - 0.5656854, abs=1e-6)


@pytest.mark.parametrize(
    "settings",
    [SGLD(0.01, 30.0, 7.0), SGLD(0.3, 2.0, 0.0), SGLD(1e-6, 100.0, 5e4)],
    ids=["plain", "no localization", "the default's sizes"],
)
def test_every_step_is_devinterps(settings):
    """With the same gradients and noise the parameters stay together for ten steps."""
    theirs = {name: value.clone().requires_grad_() for name, value in START.items()}
    optimizer = SGMCMC.sgld(
        list(theirs.values()),
        lr=settings.learning_rate,
        nbeta=settings.n_beta,
        localization=settings.localization,
    )
    ours = stacked(START)
    for step in range(10):
        gradients = like_start(100 + step)
        for name, value in theirs.items():
            value.grad = gradients[name].clone()
        optimizer.step(noise_generator=torch.Generator().manual_seed(step))
        settings.update(ours, START, stacked(gradients), one_chain(like_start(step)))
        for name, value in theirs.items():
            torch.testing.assert_close(ours[name][0, 0], value.detach(), atol=1e-6, rtol=1e-6)


def test_noise_is_shared_by_directions_and_gradients_are_not():
    """Two directions, three chains: each its own gradient, each chain its own noise."""
    theta = {"w": torch.zeros(2, 3, 4)}
    gradients, noise = torch.randn(2, 3, 4), torch.randn(3, 4)
    SGLD(0.04, 10.0, 0.0).update(theta, {"w": torch.zeros(4)}, {"w": gradients}, {"w": noise})
    torch.testing.assert_close(theta["w"], -0.2 * gradients + 0.2 * noise)


def test_without_gradient_and_noise_the_distance_shrinks_geometrically():
    """Each step leaves 1 − εγ/2 of it."""
    theta = stacked({name: value + 1 for name, value in START.items()})
    zero = {name: torch.zeros_like(value) for name, value in theta.items()}
    sampler = SGLD(learning_rate=0.1, n_beta=1, localization=4)
    for step in range(1, 6):
        sampler.update(theta, START, zero, one_chain({n: v[0, 0] for n, v in zero.items()}))
        for name, value in theta.items():
            torch.testing.assert_close(
                value[0, 0] - START[name], torch.full_like(START[name], 0.8**step)
            )


def test_without_localization_gradient_and_noise_nothing_moves():
    """γ = 0 leaves the position as it is."""
    theta = stacked({name: value + 1 for name, value in START.items()})
    before = {name: value.clone() for name, value in theta.items()}
    zero = {name: torch.zeros_like(value) for name, value in theta.items()}
    SGLD(0.1, 1.0, 0.0).update(theta, START, zero, one_chain({n: v[0, 0] for n, v in zero.items()}))
    assert all(torch.equal(theta[name], before[name]) for name in theta)


@pytest.mark.parametrize("step_size, localization", [(1.0, 0.0), (0.1, 1.0), (0.3, 3.0)])
def test_the_stationary_law_of_the_quadratic(step_size, localization):
    """nβ·E[L] = (d/2)·nβ/(nβ+γ)/(1 − ε(nβ+γ)/4) for L = ½‖w‖²: exact, step size included."""
    d, n_beta = 100, 1.0
    traces = chains.run(
        lambda parameters, step: parameters["w"].square().sum(1) / 2,
        {"w": torch.zeros(d)},
        SGLD(step_size, n_beta, localization),
        directions=1,
        chains=8,
        steps=500,
        seed=0,
    )
    health = judge(traces.loss[0, :, 60:].numpy(), max_rhat=1.1)
    precision = n_beta + localization
    expected = d / 2 * n_beta / precision / (1 - step_size * precision / 4)
    assert health.status == "ok"
    assert n_beta * health.standard_error < 0.02 * expected, "too blunt to tell"
    assert abs(n_beta * health.mean - expected) < 3 * n_beta * health.standard_error


@pytest.mark.parametrize("noise", [(3, 2, 5), (5, 3, 2, 5)], ids=["shared", "per direction"])
def test_pieces_are_the_whole(monkeypatch, noise):
    """Five directions, two at a time and the last alone: as in one piece, bit for bit."""
    start, theta, down = torch.randn(2, 5), torch.randn(5, 3, 2, 5), torch.randn(5, 3, 2, 5)
    drawn = {"w": torch.randn(noise)}
    found = {}
    for numbers in (2**18, 60):  # of 30 a direction
        monkeypatch.setattr(sgld, "CACHE", numbers)
        moved = {"w": theta.clone()}
        SGLD(0.04, 10.0, 3.0).update(moved, {"w": start}, {"w": down}, drawn)
        found[numbers] = moved["w"], chains.distance(moved, {"w": start})
    assert [len(part) for (part,) in sgld.pieces(theta)] == [2, 2, 1]
    for whole, parts in zip(*found.values(), strict=True):
        assert torch.equal(whole, parts)
    expected = theta - 0.02 * (10 * down + 3 * (theta - start)) + 0.2 * drawn["w"]
    torch.testing.assert_close(found[60][0], expected)
    torch.testing.assert_close(
        found[60][1], (expected - start).double().flatten(2).norm(dim=2), atol=1e-5, rtol=1e-5
    )
