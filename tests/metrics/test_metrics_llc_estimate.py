"""From chains to λ̂, its error and its status; and what does not change it."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from litmus.metrics.llc.estimate import Where, score
from litmus.restriction import restrict
from litmus.sampling import chains
from litmus.sampling.sgld import SGLD
from tiny_llc import (
    ARCHITECTURE,
    IDS,
    SETTINGS,
    START,
    STD,
    VECTORS,
    features,
    laboratory,
    run,
)

EITHER = pytest.mark.parametrize("random_numbers", ["shared", "per_direction"])


def assert_scores_close(one, other, tolerance=1e-5):
    """Values and errors agree relative to their size, and statuses are equal."""
    np.testing.assert_allclose(one.value, other.value, rtol=tolerance)
    np.testing.assert_allclose(one.standard_error, other.standard_error, rtol=100 * tolerance)
    assert list(one.status) == list(other.status)


@pytest.mark.parametrize("every, kept", [(1, range(6, 14)), (2, [6, 8, 10, 12])])
def test_the_value_is_n_beta_times_the_mean_of_the_draws(every, kept):
    """λ̂ = nβ·mean over chains and, after burn-in, every so many steps."""
    found = run(draw_every=every)
    expected = 100.0 * found.traces.loss[:, :, list(kept)].mean((1, 2)).numpy()
    np.testing.assert_allclose(found.scores.value, expected, rtol=1e-12)
    assert list(found.scores.status) == ["ok"] * 5
    assert (found.scores.standard_error > 0).all()


@pytest.mark.parametrize("variant", ["functional", "behavioral", "natural"])
@pytest.mark.parametrize("stack, wave", [(1, 1), (4, 100), (6, 4), (100, 6), (100, 100)])
def test_stack_and_wave_decide_memory_only(stack, wave, variant):
    """Directions run one, two, three or all at once, with the same result."""
    one = run(stack=stack, wave=wave, variant=variant)
    assert_scores_close(one.scores, run(stack=8, wave=4, variant=variant).scores, 1e-4)


@EITHER
@pytest.mark.parametrize("variant", ["functional", "behavioral"])
def test_a_score_does_not_depend_on_chunk_or_neighbours(variant, random_numbers):
    """Alone, in another order or among others, a direction has the same value."""
    whole = run(variant=variant, random_numbers=random_numbers).scores
    for chosen in ([3], [4, 3], [0, 2, 3]):
        part = run(chosen, variant=variant, random_numbers=random_numbers).scores
        assert part.value[chosen.index(3)] == pytest.approx(whole.value[3], rel=1e-4)


@pytest.mark.parametrize("variant", ["functional", "behavioral"])
def test_shared_random_numbers_make_equals_of_equals(variant):
    """The same direction twice has the same traces, bit for bit: batches and noise are shared."""
    traces = run([2, 2], variant=variant).traces
    assert torch.equal(traces.loss[0], traces.loss[1])
    assert torch.equal(traces.distance[0], traces.distance[1])


@pytest.mark.parametrize("variant", ["functional", "behavioral"])
def test_random_numbers_of_its_own_make_a_direction_independent(variant):
    """The same direction under two names goes two ways: in noise, and so in distance and loss."""
    wanted = features("hard" if variant == "functional" else "none")
    twice = replace(wanted, vectors=wanted.vectors[[2] * 5], thresholds=wanted.thresholds[[2] * 5])
    traces = run([0, 1], wanted=twice, variant=variant, random_numbers="per_direction").traces
    for trace in traces:
        assert (trace[0, :, 1:] - trace[1, :, 1:]).abs().max() > 0.01 * trace.mean()


def test_dead_features_alone_are_dead():
    """A threshold that no token passes kills a thresholded feature; its neighbours live."""
    thresholds = 0.5 * STD
    thresholds[1] = 1e6
    for nonlinearity, status in [("hard", "dead"), ("relu", "dead"), ("none", "ok")]:
        scores = run(wanted=features(nonlinearity, thresholds=thresholds)).scores
        assert list(scores.status) == ["ok", status, "ok", "ok", "ok"]


def test_a_direction_that_diverges_touches_no_other():
    """One far too long vector: no value, while the rest of its block is as it was."""
    stretch = torch.tensor([1, 1e4, 1, 1, 1])
    wanted = features(vectors=VECTORS * stretch[:, None], thresholds=0.5 * STD * stretch)
    settings = dict(robust=False, steps=40, stack=100)
    found, clean = run(wanted=wanted, **settings), run([0, 2, 3, 4], **settings)
    assert found.scores.status[1] == "diverged"
    assert math.isnan(found.scores.value[1]) and math.isnan(found.scores.standard_error[1])
    np.testing.assert_allclose(np.delete(found.scores.value, 1), clean.scores.value, rtol=1e-5)


def test_a_huge_learning_rate_diverges():
    """Every direction says so, none has a value, and the stiffness tells why."""
    found = run(learning_rate=1.0, steps=40)
    assert list(found.scores.status) == ["diverged"] * 5
    assert np.isnan(found.scores.value).all()
    assert (found.stiffness > 4).all()


@pytest.mark.parametrize("limit", [{"max_rhat": 1.0001}, {"min_ess": 1e4}, {"max_drift": 1e-6}])
def test_chains_beyond_a_limit_are_not_converged(limit):
    """Agreement, effective draws and drift each have one; the value stays."""
    found = run(localization=1.0, steps=30, **limit)
    assert "not_converged" in found.scores.status
    assert np.isfinite(found.scores.value).all()


def test_progress_is_told_for_every_step_of_every_block():
    """5 directions, 2 chains each, 4 chains at once: 14 steps of 2, of 2 and of 1."""
    called = []
    run(stack=4, after_step=called.append)
    assert called == [2] * 14 + [2] * 14 + [1] * 14


@EITHER
@pytest.mark.parametrize("name", ["embed", "l0 attn", "l1 mlp", "l0h1"])
def test_weights_that_must_not_move_do_not(name, random_numbers):
    """At every step, those outside the restriction are at θ₀ bit for bit, those inside have left.

    Moved are exactly as many as devinterp's name stands for in a subject of width 8 and 2 heads.
    """
    moving = {"embed": 88, "l0 attn": 288, "l1 mlp": 212, "l0h1": 108 + 32}[name]
    where, seen = Where(*restrict(START, ARCHITECTURE, 2, name, "weights")), []

    def watched(chosen, count):
        def loss(parameters, step):
            different = torch.zeros(len(chosen) * count, dtype=torch.long)
            for parameter, value in START.items():
                different += (parameters[parameter] != value).flatten(1).sum(1)
            seen.append((step, different))
            return sum(value.flatten(1).square().sum(1) for value in parameters.values())

        loss.unreached = lambda: torch.zeros(len(chosen), dtype=torch.float64)
        return loss

    settings = replace(SETTINGS, stack=10, wave=10, random_numbers=random_numbers)
    score(watched, where, IDS, [False] * 5, settings, 7)
    steps = [(step, different) for step, different in seen if len(different) == 10]
    assert [step for step, _ in steps] == list(range(14))
    assert steps[0][1].tolist() == [0] * 10
    for _, different in steps[1:]:
        # A step may round to nothing on one number in a hundred thousand, no more.
        assert moving - 1 <= different.min() and different.max() <= moving


def test_a_restricted_chain_is_the_full_one_with_the_rest_put_back():
    """λ̂ under `l0` is that of chains on block 0 alone, the others constants of the loss."""
    where = Where(*restrict(START, ARCHITECTURE, 2, "l0", "weights"))
    found = run(where=where)
    loss = laboratory("functional", features(), SETTINGS)(torch.arange(5), 2)
    block = {name: value for name, value in START.items() if name.startswith("blocks.0.")}

    def by_hand(parameters, step):
        whole = {n: v.unsqueeze(0).repeat(10, *[1] * v.ndim) for n, v in START.items()}
        return loss(whole | parameters, step)

    traces = chains.run(by_hand, block, SGLD(1e-4, 100.0, 2e3), 5, 2, 14, 7)
    torch.testing.assert_close(found.traces.loss, traces.loss, rtol=1e-4, atol=1e-7)
    torch.testing.assert_close(found.traces.distance, traces.distance, rtol=1e-4, atol=1e-7)
    assert (found.traces.distance[..., 1:] < run().traces.distance[..., 1:]).all()


def test_stiffness_is_the_step_sizes_times_pull_and_curvature():
    """ε·(nβ·h + γ): without curvature ε·γ, and with it more, growing with nβ by ε·h."""
    one, ten = run().stiffness, run(n_beta=1000.0).stiffness
    assert (one > 1e-4 * 2e3).all()
    np.testing.assert_allclose((ten - 0.2) / (one - 0.2), 10, rtol=1e-3)


def test_the_sampler_is_the_one_asked_for():
    """With the same noise, rmsprop_sgld goes another way than sgld."""
    one, other = run(), run(sampler="rmsprop_sgld", learning_rate=1e-5)
    assert not torch.allclose(one.traces.distance[..., 1:], other.traces.distance[..., 1:])
    assert list(other.scores.status) == ["ok"] * 5


@pytest.mark.parametrize("burn_in", [1, 6])
def test_however_short_the_burn_in_rmsprop_adapts(burn_in):
    """It needs one gradient at least for its step sizes."""
    found = run(sampler="rmsprop_sgld", learning_rate=1e-5, burn_in=burn_in)
    assert list(found.scores.status) == ["ok"] * 5
