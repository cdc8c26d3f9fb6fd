"""Functional FT-LLC against its definition in plain Python."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

import tiny
from litmus.metrics import llc_functional
from litmus.metrics.llc_functional import LLC, FunctionalLoss, score
from litmus.stacked import StackedLower
from litmus.subject.adapter import Subject

SETTINGS = LLC(
    threshold=0.5,
    nonlinearity="hard",
    reduction="sum",
    robust=True,
    learning_rate=1e-4,
    n_beta=100.0,
    localization=2e3,
    chains=2,
    steps=14,
    burn_in=6,
    batch_size=6,
    max_rhat=10.0,
    stack=8,
)
TOKENS = tiny.tokens(20, tiny.CONTEXT, seed=4)
ARCHITECTURE, WEIGHTS = tiny.subject("folded")
LOWER = StackedLower(ARCHITECTURE, tiny.HOOK)
START = LOWER.pack(WEIGHTS)
BASE = llc_functional.base_activations(LOWER, START, TOKENS)


def unit_vectors(count, seed=0):
    """Random unit vectors."""
    drawn = torch.randn(count, 8, generator=torch.Generator().manual_seed(seed))
    return drawn / drawn.norm(dim=1, keepdim=True)


VECTORS = unit_vectors(5)
STD = (BASE @ VECTORS.T).flatten(0, 1).std(0)


def run(chosen=slice(None), vectors=VECTORS, std=STD, start=START, seed=7, **changes):
    """`score` of the chosen directions."""
    settings = replace(SETTINGS, **changes)
    return score(LOWER, start, TOKENS, vectors[chosen], std[chosen], settings, seed)


def assert_scores_close(one, other, tolerance=1e-5):
    """Values and errors agree relative to their size, and statuses are equal."""
    np.testing.assert_allclose(one.value, other.value, rtol=tolerance)
    np.testing.assert_allclose(one.standard_error, other.standard_error, rtol=100 * tolerance)
    assert list(one.status) == list(other.status)


def by_definition(moved, rows, vector, threshold, settings):
    """L of one set of weights: TransformerLens below, loops over sequences and tokens."""

    def f(a):
        p = sum(x * y for x, y in zip(a, vector.tolist(), strict=True))
        return {
            "hard": p if p > threshold else 0.0,
            "relu": max(p - threshold, 0.0),
            "none": p,
        }[settings.nonlinearity]

    still = Subject(ARCHITECTURE, WEIGHTS, tiny.HOOK).lower(TOKENS[rows]).tolist()
    then = Subject(ARCHITECTURE, moved, tiny.HOOK).lower(TOKENS[rows]).tolist()
    of_sequences = []
    for before, after in zip(still, then, strict=True):
        squares = [(f(a) - f(b)) ** 2 for a, b in zip(after, before, strict=True)]
        total = sum(squares)
        of_sequences.append(total if settings.reduction == "sum" else total / len(squares))
    loss = sum(of_sequences) / len(of_sequences)
    return math.log(1 + loss) if settings.robust else loss


@pytest.mark.parametrize("robust", [True, False])
@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("nonlinearity", ["hard", "relu", "none"])
def test_the_loss_is_its_definition(nonlinearity, reduction, robust):
    """Two directions with two chains, each with weights of its own, against plain loops."""
    settings = replace(SETTINGS, nonlinearity=nonlinearity, reduction=reduction, robust=robust)
    loss = FunctionalLoss(LOWER, TOKENS, BASE, VECTORS[:2], STD[:2], settings, seed=7)
    copies = [tiny.moved(WEIGHTS, scale=0.1, seed=seed) for seed in range(4)]
    packs = [LOWER.pack(weights) for weights in copies]
    ours = loss({name: torch.stack([p[name] for p in packs]) for name in packs[0]}, 3)
    rows = loss.rows(3)
    theirs = [
        by_definition(weights, rows[i % 2], VECTORS[i // 2], STD[i // 2].item(), settings)
        for i, weights in enumerate(copies)
    ]
    assert min(theirs) > 1e-3, "the fake weights should move the feature"
    assert ours.tolist() == pytest.approx(theirs, rel=1e-4)


@pytest.mark.parametrize("nonlinearity", ["hard", "relu", "none"])
def test_the_loss_is_zero_where_the_chains_start(nonlinearity):
    """L(θ₀) = 0, and so λ̂ rises from 0."""
    _, traces = run(nonlinearity=nonlinearity)
    assert traces.loss[..., 0].abs().max() <= 1e-6
    assert (traces.loss[..., -1] > 1e-5).all()


def test_the_value_is_n_beta_times_the_mean_of_the_draws():
    """λ̂ = nβ·mean over chains and the steps after burn-in."""
    scores, traces = run()
    expected = 100.0 * traces.loss[:, :, 6:].mean((1, 2)).numpy()
    np.testing.assert_allclose(scores.value, expected, rtol=1e-12)
    assert list(scores.status) == ["ok"] * 5
    assert (scores.standard_error > 0).all()


@pytest.mark.parametrize("stack", [1, 2, 4, 6, 100])
def test_the_stack_decides_memory_only(stack):
    """Directions run one, two, three or all at once, with the same result."""
    assert_scores_close(run(stack=stack)[0], run()[0])


def test_a_score_does_not_depend_on_chunk_or_neighbours():
    """Alone, in another order or among others, a direction has the same value."""
    whole = run()[0]
    for chosen in ([3], [4, 3], [0, 2, 3]):
        part, place = run(chosen)[0], chosen.index(3)
        assert part.value[place] == pytest.approx(whole.value[3], rel=1e-5)


def test_directions_share_their_batches_and_noise():
    """The same direction twice has the same traces, bit for bit."""
    traces = run([2, 2])[1]
    assert torch.equal(traces.loss[0], traces.loss[1])


def test_weights_above_the_hook_do_not_matter():
    """A subject that differs from layer 2 on has the same scores."""
    below = ("embed", "pos_embed", "blocks.0.", "blocks.1.")
    other = {
        name: value if name.startswith(below) else value + 1 for name, value in WEIGHTS.items()
    }
    assert_scores_close(run(start=LOWER.pack(other))[0], run()[0], tolerance=1e-12)


def batches(chains=3, seed=7, vectors=VECTORS, **changes):
    """The loss, for its minibatches."""
    settings = replace(SETTINGS, chains=chains, **changes)
    return FunctionalLoss(LOWER, TOKENS, BASE, vectors, STD[: len(vectors)], settings, seed)


def test_a_minibatch_is_drawn_without_replacement():
    """A batch as large as the data is all of it; a smaller one repeats nothing."""
    whole = batches(batch_size=20).rows(0)
    assert whole.sort(1).values.tolist() == [list(range(20))] * 3
    assert all(len(set(row)) == 6 for step in range(50) for row in batches().rows(step).tolist())


def test_every_chain_and_step_has_its_own_minibatch():
    """Of 3 chains × 30 steps with 4 of 20 sequences, hardly two are equal; the seed decides."""
    loss = batches(batch_size=4)
    rows = {tuple(row) for step in range(30) for row in loss.rows(step).tolist()}
    assert len(rows) >= 89
    assert torch.equal(batches(batch_size=4).rows(5), loss.rows(5))
    assert not torch.equal(batches(batch_size=4, seed=8).rows(5), loss.rows(5))


def test_a_minibatch_depends_on_neither_neighbours_nor_the_number_of_chains():
    """The first two of five chains draw what two chains draw, for any directions."""
    assert torch.equal(batches(chains=2, vectors=VECTORS[:1]).rows(4), batches(5).rows(4)[:2])


def test_minibatches_reach_all_data():
    """Over 200 steps every sequence is drawn about equally often."""
    loss = batches(chains=1, batch_size=5)
    counts = torch.stack([loss.rows(step)[0] for step in range(200)]).flatten().bincount()
    assert counts.min() > 25 and counts.max() < 80


@pytest.mark.parametrize(
    "nonlinearity, status", [("hard", "dead"), ("relu", "dead"), ("none", "ok")]
)
def test_a_feature_that_never_fires_is_dead(nonlinearity, status):
    """A threshold that no token passes kills a thresholded feature; its neighbours live."""
    std = STD.clone()
    std[1] = 1e6
    scores, _ = run(std=std, nonlinearity=nonlinearity)
    assert list(scores.status) == ["ok", status, "ok", "ok", "ok"]


def test_a_direction_that_diverges_touches_no_other():
    """One far too long vector: no value, while the rest of its block is as it was."""
    vectors, std = VECTORS.clone(), STD.clone()
    vectors[1] *= 1e4
    std[1] *= 1e4
    scores, _ = run(vectors=vectors, std=std, robust=False, steps=40, stack=100)
    clean, _ = run([0, 2, 3, 4], robust=False, steps=40, stack=100)
    assert scores.status[1] == "diverged"
    assert math.isnan(scores.value[1]) and math.isnan(scores.standard_error[1])
    np.testing.assert_allclose(np.delete(scores.value, 1), clean.value, rtol=1e-5)


def test_a_huge_learning_rate_diverges():
    """Every direction says so, and none has a value."""
    scores, _ = run(learning_rate=1.0, steps=40, burn_in=6)
    assert list(scores.status) == ["diverged"] * 5
    assert np.isnan(scores.value).all()


def test_chains_that_disagree_are_not_converged():
    """A limit just above 1 on a handful of draws is missed, and the value stays."""
    scores, _ = run(max_rhat=1.0001, localization=1.0, steps=30)
    assert "not_converged" in scores.status
    assert np.isfinite(scores.value).all()


def test_progress_is_told_for_every_step_of_every_block():
    """5 directions, 2 chains each, 4 chains at once: 3 blocks of 14 steps."""
    called = []
    settings = replace(SETTINGS, stack=4)
    score(LOWER, START, TOKENS, VECTORS, STD, settings, 7, lambda: called.append(1))
    assert len(called) == 3 * 14
