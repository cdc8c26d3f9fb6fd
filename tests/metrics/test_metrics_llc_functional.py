"""The functional loss against its definition in plain Python."""

import math
from dataclasses import replace

import pytest
import torch

import tiny
from litmus.metrics.llc.data import Minibatches
from litmus.metrics.llc.functional import FunctionalLoss
from litmus.subject.adapter import Subject
from tiny_llc import (
    ARCHITECTURE,
    DATA,
    IDS,
    LOWER,
    SETTINGS,
    START,
    TOKENS,
    VECTORS,
    WEIGHTS,
    features,
    run,
)

COPIES = [tiny.moved(WEIGHTS, scale=0.1, seed=seed) for seed in range(4)]
STACK = {name: torch.stack([LOWER.pack(copy)[name] for copy in COPIES]) for name in START}


def loss_of(wanted, ids=IDS, **changes):
    """The loss of some features' chains."""
    batches = Minibatches(DATA, replace(SETTINGS, **changes), 7, ids)
    return FunctionalLoss(LOWER, batches, wanted)


def by_definition(moved, rows, vector, threshold, offset, settings, nonlinearity):
    """L of one set of weights: TransformerLens below, loops over sequences and tokens."""

    def f(a):
        p = sum(x * y for x, y in zip(a, vector.tolist(), strict=True))
        return {
            "hard": p + offset if p > threshold else 0.0,
            "relu": max(p - threshold, 0.0),
            "none": p,
        }[nonlinearity]

    still = Subject(ARCHITECTURE, WEIGHTS, tiny.HOOK).lower(TOKENS[rows]).tolist()
    then = Subject(ARCHITECTURE, moved, tiny.HOOK).lower(TOKENS[rows]).tolist()
    of_sequences = []
    for before, after in zip(still, then, strict=True):
        squares = [(f(a) - f(b)) ** 2 for a, b in zip(after, before, strict=True)]
        total = sum(squares)
        of_sequences.append(total if settings.reduction == "sum" else total / len(squares))
    loss = sum(of_sequences) / len(of_sequences)
    return math.log(1 + loss) if settings.robust else loss


@pytest.mark.parametrize("random_numbers", ["shared", "per_direction"])
@pytest.mark.parametrize("robust", [True, False])
@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("nonlinearity", ["hard", "relu", "none", "latent"])
def test_the_loss_is_its_definition(nonlinearity, reduction, robust, random_numbers):
    """Two directions with two chains, each with weights of its own, against plain loops."""
    changes = dict(reduction=reduction, robust=robust, random_numbers=random_numbers)
    wanted, offsets = features(nonlinearity), torch.zeros(5)
    if nonlinearity == "latent":
        nonlinearity, offsets = "hard", torch.linspace(-0.4, 0.4, 5)
        wanted = features("hard", offsets=offsets)
    loss = loss_of(wanted[torch.arange(2)], IDS[:2], **changes)
    ours = loss(STACK, 3)
    rows = loss.batches.rows(3).expand(2, -1, -1)
    theirs = [
        by_definition(
            weights,
            rows[i // 2, i % 2],
            VECTORS[i // 2],
            wanted.thresholds[i // 2].item(),
            offsets[i // 2].item(),
            loss.batches.settings,
            nonlinearity,
        )
        for i, weights in enumerate(COPIES)
    ]
    assert min(theirs) > 1e-3, "the fake weights should move the feature"
    assert ours.tolist() == pytest.approx(theirs, rel=1e-4)


@pytest.mark.parametrize("nonlinearity", ["hard", "relu", "none"])
def test_the_loss_is_zero_where_the_chains_start(nonlinearity):
    """L(θ₀) = 0, and so λ̂ rises from 0."""
    loss = run(wanted=features(nonlinearity)).traces.loss
    assert loss[..., 0].abs().max() <= 1e-6
    assert (loss[..., -1] > 1e-5).all()


def test_no_intervention_is_asked_for():
    """And so none can miss."""
    loss = loss_of(features())
    loss({name: value[:1].expand(10, *value.shape[1:]) for name, value in STACK.items()}, 0)
    assert loss.unreached().tolist() == [0.0] * 5


def test_weights_above_the_hook_do_not_matter():
    """A subject that differs from layer 2 on packs to the same parameters."""
    below = ("embed", "pos_embed", "blocks.0.", "blocks.1.")
    other = {
        name: value if name.startswith(below) else value + 1 for name, value in WEIGHTS.items()
    }
    assert any(not torch.equal(other[name], WEIGHTS[name]) for name in other)
    packed = LOWER.pack(other)
    assert all(torch.equal(packed[name], START[name]) for name in START)
