"""Which documents train and which evaluate."""

from collections import Counter

import numpy as np
import pytest

from litmus.corpus.sources import Document
from litmus.corpus.splits import divide
from litmus.errors import LitmusError


def documents(count, start=0):
    """Different documents with different names."""
    return [Document(f"d{i}", f"text {i}") for i in range(start, start + count)]


def shuffled(items, seed=0):
    """The same in another order."""
    return [items[i] for i in np.random.default_rng(seed).permutation(len(items))]


@pytest.mark.parametrize("count, share, evaluation", [(100, 0.1, 10), (20, 0.33, 7), (10, 0.5, 5)])
def test_the_share_evaluates(count, share, evaluation):
    """Rounded; all documents are in one split."""
    training, evaluating = divide(documents(count), share, 0)
    assert len(evaluating) == evaluation
    assert sorted(training + evaluating) == sorted(documents(count))


@pytest.mark.parametrize("count, share", [(2, 0.001), (2, 0.999), (5, 0.01), (5, 0.99)])
def test_both_splits_have_a_document(count, share):
    """However small the share or the corpus."""
    assert all(divide(documents(count), share, 0))


def test_no_text_is_in_both_splits():
    """A text that occurs under many names is kept once."""
    copies = [Document(f"copy{i}", f"text {i % 7}") for i in range(60)]
    training, evaluating = divide(documents(30) + copies, 0.4, 0)
    assert set(Counter(d.text for d in training + evaluating).values()) == {1}
    assert len(training + evaluating) == 30


@pytest.mark.parametrize("seed", range(3))
def test_the_order_they_come_in_does_not_matter(seed):
    """Names and texts decide, copies included."""
    every = documents(30) + [Document(f"copy{i}", f"text {i % 7}") for i in range(20)]
    assert divide(shuffled(every, seed), 0.3, 0) == divide(every, 0.3, 0)


def test_more_documents_leave_the_others_in_order():
    """New ones come in between, at most moving the boundary."""
    splits = [divide(documents(count), 0.2, 0) for count in (40, 60)]
    few, many = (evaluating + training for training, evaluating in splits)
    assert [d for d in many if d in few] == few


def test_the_seed_draws_the_order():
    """Another seed, other documents evaluate."""
    assert divide(documents(50), 0.2, 0)[1] != divide(documents(50), 0.2, 1)[1]


def test_every_document_is_as_likely_to_evaluate():
    """Over 400 seeds, each of 10 documents evaluates about as often as the share says."""
    counts = Counter(d.name for seed in range(400) for d in divide(documents(10), 0.3, seed)[1])
    spread = 4 * np.sqrt(400 * 0.3 * 0.7)
    assert len(counts) == 10
    assert all(abs(n - 120) < spread for n in counts.values())


@pytest.mark.parametrize("few", [[], documents(1), [Document("a", "x"), Document("b", "x")]])
def test_too_few_documents_are_one_sentence(few):
    """It counts the different ones and says how to get more."""
    different = len({d.text for d in few})
    with pytest.raises(LitmusError, match=rf"found {different} different.*corpus\.separator"):
        divide(few, 0.1, 0)
