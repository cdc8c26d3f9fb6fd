"""One step of preconditioned SGLD, and where many of them lead."""

import math

import pytest
import torch
from devinterp.optim import SGMCMC

from litmus.sampling import chains
from litmus.sampling.diagnostics import judge
from litmus.sampling.rmsprop import RMSpropSGLD
from litmus.sampling.sampler import sampler
from litmus.sampling.sgld import SGLD

START = {"w": torch.tensor([[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]]), "b": torch.tensor([0.25, -4.0])}


def like_start(seed, scale=1.0):
    """Normal numbers in the shapes of START, drawn one parameter after the other."""
    stream = torch.Generator().manual_seed(seed)
    return {n: scale * torch.randn(value.shape, generator=stream) for n, value in START.items()}


def one(value):
    """A single number as the parameter of one chain of one direction."""
    return {"w": torch.full((1, 1, 1), value)}


def after(rule, steps):
    """Where a number that starts at 3, pulled to 1, is after steps of (gradient, noise)."""
    theta, start = one(3.0), {"w": torch.tensor([1.0])}
    state = rule.begin(theta)
    for gradient, noise in steps:
        rule.update(theta, start, one(gradient), {"w": torch.full((1, 1), noise)}, state)
    return theta["w"].item()


def test_a_step_by_hand():
    """v = .75·0 + .25·4² = 4, G = 1/(2 + .5) = .4: 3 − .04·.4·(5·4 + 2·2) + √(.08·.4)·(−2)."""
    rule = RMSpropSGLD(0.08, 5, 2, decay=0.75, epsilon=0.5, bias_correction=False)
    assert after(rule, [(4.0, -2.0)]) == pytest.approx(3 - 0.384 - 0.3577709, abs=1e-6)


def test_a_corrected_step_by_hand():
    """v̂ = 4/(1 − .75) = 4², G = 1/(4 + .5): the first step knows its gradient's true size."""
    rule = RMSpropSGLD(0.08, 5, 2, decay=0.75, epsilon=0.5)
    gain = 1 / 4.5
    expected = 3 - 0.04 * gain * 24 - 2 * math.sqrt(0.08 * gain)
    assert after(rule, [(4.0, -2.0)]) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    "learning_rate, n_beta, localization, scale",
    [(0.01, 30.0, 7.0, 1.0), (0.3, 2.0, 0.0, 10.0), (1e-6, 100.0, 5e4, 0.01)],
    ids=["plain", "no localization", "small gradients"],
)
def test_every_uncorrected_step_is_devinterps(learning_rate, n_beta, localization, scale):
    """With the same gradients and noise the parameters stay together for ten steps."""
    theirs = {name: value.clone().requires_grad_() for name, value in START.items()}
    optimizer = SGMCMC.rmsprop_sgld(
        list(theirs.values()), lr=learning_rate, nbeta=n_beta, localization=localization
    )
    rule = RMSpropSGLD(learning_rate, n_beta, localization, bias_correction=False)
    ours = {name: value[None, None].clone() for name, value in START.items()}
    state = rule.begin(ours)
    for step in range(10):
        gradients, noise = like_start(100 + step, scale), like_start(step)
        for name, value in theirs.items():
            value.grad = gradients[name].clone()
        optimizer.step(noise_generator=torch.Generator().manual_seed(step))
        stacked = {name: value[None, None] for name, value in gradients.items()}
        rule.update(ours, START, stacked, {n: value[None] for n, value in noise.items()}, state)
        for name, value in theirs.items():
            torch.testing.assert_close(ours[name][0, 0], value.detach(), atol=1e-6, rtol=1e-6)


def test_tiny_gradients_make_it_sgld():
    """Where gradients are far below epsilon, G is 1/epsilon: SGLD at ε/epsilon."""
    steps = [(1e-6, 0.5), (-2e-6, -1.0), (3e-6, 0.1)]
    plain, start = one(3.0), {"w": torch.tensor([1.0])}
    for gradient, noise in steps:
        noises = {"w": torch.full((1, 1), noise)}
        SGLD(0.2, 5.0, 2.0).update(plain, start, one(gradient), noises)
    scaled = after(RMSpropSGLD(0.02, 5.0, 2.0, epsilon=0.1), steps)
    assert scaled == pytest.approx(plain["w"].item(), rel=1e-4)


def test_what_it_adapted_to_stays():
    """After one step v no longer follows: a large gradient moves as far as G of before says."""
    rule = RMSpropSGLD(0.08, 5, 0, epsilon=0.5, adapt_steps=1)
    expected = 3 - 0.04 / 4.5 * 5 * (4 + 400)
    assert after(rule, [(4.0, 0.0), (400.0, 0.0)]) == pytest.approx(expected, rel=1e-5)


class Quadratic:
    """L = ½‖w‖² in 200 dimensions, so λ = 100; √v is then near epsilon and G near 5."""

    n_beta, size, gain = 100.0, 200, 5.0

    def __init__(self, share):
        self.share = share
        """εG·nβ: of its way to the minimum, twice what a step goes."""
        self.time = int(2 / share)
        self.burn_in = max(300, 6 * self.time)

    def coefficient(self, gain=gain, **options):
        """λ̂ and its standard error, of 32 chains."""
        rule = RMSpropSGLD(self.share / (gain * self.n_beta), self.n_beta, 0.0, **options)
        traces = chains.run(
            lambda parameters, step: parameters["w"].square().sum(1) / 2,
            {"w": torch.zeros(self.size)},
            rule,
            directions=1,
            chains=32,
            steps=self.burn_in + 20 * self.time,
            seed=0,
        )
        health = judge(traces.loss[0, :, self.burn_in :].numpy(), max_rhat=1.1)
        return self.n_beta * health.mean, self.n_beta * health.standard_error

    @property
    def exact(self):
        """λ with the step size's share, G taken as one number."""
        return self.size / 2 / (1 - self.share / 4)


def test_the_bias_correction_does_not_remove_the_excess():
    """With and without it λ̂ is the same, and far above the truth: both starts are forgotten."""
    case = Quadratic(share=0.05)
    corrected, error = case.coefficient()
    plain, _ = case.coefficient(bias_correction=False)
    assert corrected == pytest.approx(plain, rel=1e-3)
    assert corrected > case.exact + 6 * error


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_a_gain_that_stays_removes_the_excess(share):
    """What is left is what the step size adds to SGLD."""
    case = Quadratic(share)
    value, error = case.coefficient(adapt_steps=case.burn_in // 2)
    assert error < 0.006 * case.exact, "too blunt to tell"
    assert abs(value - case.exact) < 3 * error


def test_the_excess_is_that_of_a_gain_that_follows_the_chain():
    """Without memory G is a function of w, and the law ∝ exp(−nβL)/G = exp(−nβL)·(|w| + epsilon).

    For w = x/√nβ of a normal x: λ = ½·Σ (E|x|³/√nβ + epsilon)/(E|x|/√nβ + epsilon).
    """
    case, epsilon = Quadratic(share=0.02), 0.1
    value, error = case.coefficient(decay=0.0)
    first, third = math.sqrt(2 / math.pi), 2 * math.sqrt(2 / math.pi)
    ratio = (third / 10 + epsilon) / (first / 10 + epsilon)
    assert ratio > 1.4
    assert value == pytest.approx(100 * ratio, abs=3 * error + 1.5)  # and 1 % for the step size


def test_samplers_by_name():
    """Each with the settings given; the one adapts as long as it is told, the other never does."""
    assert sampler("sgld", 0.1, 2.0, 3.0, adapt_steps=5) == SGLD(0.1, 2.0, 3.0)
    expected = RMSpropSGLD(0.1, 2.0, 3.0, adapt_steps=5)
    assert sampler("rmsprop_sgld", 0.1, 2.0, 3.0, adapt_steps=5) == expected
    assert sampler("rmsprop_sgld", 0.1, 2.0, 3.0).adapt_steps is None
