"""The data at θ₀, and the minibatches drawn from it."""

from dataclasses import replace

import pytest
import torch

import tiny
from litmus.errors import LitmusError
from litmus.metrics.llc.data import Data, Minibatches
from litmus.subject.adapter import Subject
from tiny_llc import ARCHITECTURE, DATA, IDS, LOWER, SETTINGS, START, WEIGHTS


def batches(chains=3, seed=7, ids=IDS, **changes):
    """Minibatches of 6 of the 20 sequences, if not changed."""
    return Minibatches(DATA, replace(SETTINGS, chains=chains, **changes), seed, ids)


def test_the_base_is_the_subjects_activations():
    """Through TransformerLens, on more sequences than run at once."""
    tokens = tiny.tokens(300, tiny.CONTEXT, seed=1)
    data = Data.of(LOWER, START, tokens)
    theirs = Subject(ARCHITECTURE, WEIGHTS, tiny.HOOK).lower(tokens)
    torch.testing.assert_close(data.base, theirs, atol=1e-5, rtol=0)
    assert torch.equal(data.tokens, tokens)
    assert not data.base.requires_grad


@pytest.mark.parametrize("random_numbers, first", [("shared", 1), ("per_direction", 5)])
def test_a_minibatch_is_drawn_without_replacement(random_numbers, first):
    """A batch as large as the data is all of it; a smaller one repeats nothing."""
    whole = batches(batch_size=20, random_numbers=random_numbers).rows(0)
    assert whole.sort(-1).values.tolist() == [[list(range(20))] * 3] * first
    fewer = batches(random_numbers=random_numbers)
    rows = torch.cat([fewer.rows(step) for step in range(30)])
    assert all(len(set(row)) == 6 for row in rows.flatten(0, 1).tolist())


@pytest.mark.parametrize("random_numbers, most", [("shared", 90), ("per_direction", 450)])
def test_every_chain_and_step_has_its_own_minibatch(random_numbers, most):
    """Of 3 chains × 30 steps with 4 of 20 sequences, hardly two are equal; the seed decides."""
    one = batches(batch_size=4, random_numbers=random_numbers)
    drawn = torch.cat([one.rows(step).flatten(0, 1) for step in range(30)])
    assert len({tuple(row) for row in drawn.tolist()}) >= 0.98 * most
    again = batches(batch_size=4, random_numbers=random_numbers)
    other = batches(batch_size=4, random_numbers=random_numbers, seed=8)
    assert torch.equal(again.rows(5), one.rows(5))
    assert not torch.equal(other.rows(5), one.rows(5))


def test_shared_minibatches_do_not_know_the_directions():
    """One for all, whatever they are called and however many chains there are."""
    few = batches(chains=2, ids=["isotropic/00009"]).rows(4)
    assert torch.equal(few, batches(chains=5).rows(4)[:, :2])


def test_a_directions_own_minibatches_depend_on_its_id_alone():
    """In another order, among others, with more chains, it sees the same; others see others."""
    own = batches(chains=2, random_numbers="per_direction").rows(4)
    some = batches(chains=3, ids=[IDS[4], IDS[1]], random_numbers="per_direction").rows(4)
    assert torch.equal(some[:, :2], own[[4, 1]])
    assert len({tuple(rows) for rows in own[:, 0].tolist()}) == 5


def test_minibatches_reach_all_data():
    """Over 200 steps every sequence is drawn about equally often: 50 times, deviation 6."""
    some = batches(chains=1, batch_size=5)
    counts = torch.stack([some.rows(step)[0, 0] for step in range(200)]).flatten().bincount()
    assert counts.min() > 25 and counts.max() < 80


def test_a_minibatch_larger_than_the_data_is_a_sentence():
    """The key, the number found, and how many sequences there are."""
    with pytest.raises(LitmusError, match=r"batch_size: found 21, but there are only 20 eval"):
        batches(batch_size=21)
    assert batches(batch_size=20).rows(0).shape == (1, 3, 20)
