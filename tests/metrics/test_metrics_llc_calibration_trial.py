"""A setting's health on losses whose law is known."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from litmus.metrics.llc.estimate import Where
from litmus.metrics.llc.settings import LLC
from litmus.metrics.llc.trial import Unfelt, blind, measure
from litmus.sampling import chains
from litmus.sampling.sgld import SGLD

D = 400  # weights of the made-up losses
START = {"w": torch.zeros(D)}
SETTINGS = LLC(
    reduction="sum", robust=False, sampler="sgld", learning_rate=0.002, n_beta=200.0,
    localization=100.0, chains=4, steps=150, burn_in=50, draw_every=1, batch_size=1,
    random_numbers="shared", stack=8, wave=8, max_rhat=1.2, min_ess=20.0, max_drift=1.0,
)  # fmt: skip
IDS = ["a/00000", "a/00001", "a/00002"]
STEEP = torch.tensor([1.0, 0.5, 2.0])  # h of each direction


class Loss:
    """½h‖w‖² − s⟨ξ, w⟩, whose ξ is the noise of a minibatch: mean zero, the same for all."""

    def __init__(self, h, chains, noise=0.0, linear=0.0):
        self.h, self.chains, self.noise, self.linear = h, chains, noise, linear

    def __call__(self, parameters, step):
        """Of each chain."""
        w = parameters["w"]
        loss = 0.5 * self.h.repeat_interleave(self.chains) * w.square().sum(1)
        drawn = normal(step, self.chains).repeat(len(self.h), 1)
        return loss - self.noise * (drawn * w).sum(1) + self.linear * w[:, 0]

    def unreached(self):
        """Nothing is asked of the feature."""
        return torch.zeros(len(self.h), dtype=torch.float64)


def normal(step, count):
    """Noise of a step's minibatches, (count, D)."""
    return torch.randn(count, D, generator=torch.Generator().manual_seed(step))


def measured(settings=SETTINGS, dead=(False,) * 3, h=STEEP, **changes):
    """The health of `settings` on such losses."""

    def loss_of(chosen, count):
        return Loss(h[chosen], count, **changes)

    return measure(loss_of, Where(START), IDS, dead, settings, 0)


def test_blind_chains_need_no_gradient():
    """They are chains with nβ = 0, draw for draw."""

    def loss_of(chosen, count):
        return Loss(STEEP[chosen], count)

    found = blind(loss_of, Where(START), IDS, [False] * 3, SETTINGS, 3)
    rule = SGLD(SETTINGS.learning_rate, 0.0, SETTINGS.localization)
    full = chains.run(Loss(STEEP, 4), START, rule, 3, 4, SETTINGS.steps, 3).loss
    torch.testing.assert_close(found, full)


def test_a_loss_without_gradient_has_its_value():
    """And a gradient of zero in every parameter, those it does not use included."""
    theta = {"w": torch.ones(4, D, requires_grad=True), "b": torch.ones(4, 2, requires_grad=True)}
    value = Unfelt(Loss(STEEP[:1], 4))(theta, 0)
    assert value.tolist() == [D / 2] * 4
    gradients = torch.autograd.grad(value.sum(), list(theta.values()))
    assert all((g == 0).all() for g in gradients)


def test_information_of_a_quadratic_is_exact():
    """1 − γ/(nβh + γ)·(1 − εγ/4)/(1 − ε(nβh + γ)/4), averaged, within four standard errors."""
    health = measured()
    s = SETTINGS
    pull, whole = s.localization, s.n_beta * STEEP.numpy() + s.localization
    exact = 1 - pull / whole * (1 - s.learning_rate * pull / 4) / (1 - s.learning_rate * whole / 4)
    assert abs(health.information - exact.mean()) < 4 * health.information_error
    assert health.information_error < 0.02


def test_the_shared_noise_makes_the_error_small():
    """At little information it is many times below that of two independent means."""
    health = measured(replace(SETTINGS, n_beta=2.0))
    # The loss of a chain varies by √(2/D) of its mean, and each mean has at most 400 draws.
    assert 0 < health.information < 0.05
    assert health.information_error < np.sqrt(2 / D) / np.sqrt(400) / 3


def test_minibatch_noise_heats_and_only_information_shows_it():
    """All chains agree, and yet the loss lies above what the pull alone gives."""
    health = measured(noise=1.0)
    assert (health.converged, health.diverged) == (3, 0)
    assert health.rhat < 1.1
    assert health.information < -5 * health.information_error


def test_a_loss_below_zero_has_information_too():
    """L = w₀: −nβ/γ below the blind chain's, whose mean size is √(2/πγ), a factor apart for ε."""
    settings = replace(SETTINGS, n_beta=50.0, steps=2050)
    health = measured(settings, h=torch.zeros(3), linear=1.0)
    pull = settings.localization
    spread = 1 / np.sqrt(pull * (1 - settings.learning_rate * pull / 4))
    exact = settings.n_beta / pull / (np.sqrt(2 / np.pi) * spread)
    assert health.loss < 0
    # E|blind| itself is known to 1/√(2·ess) or so; there are some 400 effective draws.
    assert health.information == pytest.approx(exact, rel=0.12)


def test_the_step_is_that_of_the_middle_direction():
    """ε(nβh + γ) of h = 1; with log(1 + L) it is smaller by what L is at the draws."""
    assert measured().step == pytest.approx(0.002 * (200 + 100), rel=0.01)
    tame = measured(replace(SETTINGS, robust=True))
    # At the draws ½‖w‖² is 0.4 at least: nβh counts at most 1/1.4 of itself.
    assert 0.002 * 100 < tame.step < 0.002 * (200 / 1.4 + 100)


def test_memory_is_what_the_start_still_hides():
    """After 50 steps that each keep 1 − εγ/2: its 100th power."""
    assert measured().memory == pytest.approx(0.9**100)


def test_diverged_directions_are_counted_and_left_out():
    """ε(nβh + γ) = 8.2 for the last: what remains is what the other two give alone."""
    health = measured(replace(SETTINGS, steps=400), h=torch.tensor([1.0, 0.5, 20.0]))
    others = measured(replace(SETTINGS, steps=400), (False, False, True))
    assert (health.directions, health.diverged, health.converged) == (3, 1, 2)
    assert health.information == pytest.approx(others.information)


def test_where_all_diverge_nothing_is_known():
    """Only the count."""
    health = measured(replace(SETTINGS, n_beta=1e5, steps=400))
    assert (health.directions, health.diverged) == (3, 3)
    assert np.isnan([health.loss, health.information, health.step]).all()


def test_dead_directions_do_not_count():
    """Neither as converged nor as what failed to."""
    alone = measured(dead=(False, True, True))
    assert (alone.directions, alone.converged) == (1, 1)
    assert alone.step == pytest.approx(0.002 * (200 + 100), rel=0.01)


def test_effective_draws_are_counted_against_all_steps():
    """At most one a draw, and burn-in costs too: 100 of 150 steps are draws."""
    assert 0 < measured().ess_per_step <= 100 / 150
