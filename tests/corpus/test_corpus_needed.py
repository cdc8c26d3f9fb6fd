"""How much of a source is read."""

from itertools import count

import numpy as np
import pytest

from litmus.corpus.columns import TokenDocument
from litmus.corpus.needed import BYTES_A_TOKEN, enough, needed, sequences_in
from litmus.corpus.sources import Document
from litmus.corpus.splits import divide
from litmus.errors import LitmusError


def tokens(name, *ids):
    """A document of token ids."""
    return TokenDocument(f"d{name}", np.array(ids, np.int32).tobytes())


def endless(length=1):
    """Different documents of `length` tokens each, without end; counts what was taken."""
    taken = []

    def documents():
        for number in count():
            taken.append(number)
            yield tokens(number, *range(number, number + length))

    return documents(), taken


def one(_):
    """Every document gives one sequence."""
    return 1


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5, 0.9])
@pytest.mark.parametrize(("training", "evaluation"), [(300, 20), (50, 90), (40, 1)])
def test_both_splits_have_what_they_need(share, training, evaluation):
    """As they are drawn afterwards, and of an endless source little more than that is read."""
    documents, taken = endless()
    found = needed(documents, one, training, evaluation, share, seed=0)
    splits = divide(found, share, seed=0)
    assert len(splits[0]) >= training and len(splits[1]) >= evaluation
    assert len(taken) == len(found) <= 1.2 * max(training / (1 - share), evaluation / share) + 2


def test_documents_of_all_lengths():
    """A draw that leaves one split short is read on from."""
    for seed in range(20):
        documents, _ = endless()
        lengths = np.random.default_rng(seed).pareto(1.0, 100_000) + 0.1

        def size(document, lengths=lengths):
            return float(lengths[document.array()[0]])

        found = needed(documents, size, 200, 50, 0.2, seed)
        have = [sum(map(size, split)) for split in divide(found, 0.2, seed)]
        assert have[0] >= 200 and have[1] >= 50


def test_all_there_is_where_it_is_not_enough():
    """The sentence about that is the caller's, who knows what it gives in the end."""
    few = [tokens(number, number) for number in range(10)]
    assert needed(iter(few), one, 100, 100, 0.1, 0) == few


def test_what_counts_once_or_not_at_all():
    """Repetitions and documents that fill no sequence."""
    few = [tokens(0, 1, 2), tokens(1, 1, 2), tokens(2), tokens(3, 9)]
    found = needed(iter(few), lambda document: len(document.array()), 9, 9, 0.5, 0)
    assert [document.name for document in found] == ["d0", "d3"]


def test_a_text_gives_its_share_and_token_ids_whole_windows():
    """By hand: 80 bytes at 8 bytes a token are 10 tokens; 7 ids hold two windows of 3."""
    assert BYTES_A_TOKEN == 8
    assert sequences_in(Document("d", "é" * 40), 4) == 2.5
    assert sequences_in(tokens(0, *range(7)), 3) == 2
    assert sequences_in(tokens(0, 1, 2), 3) == 0


@pytest.mark.parametrize("begins", [False, True])
def test_a_beginning_leaves_less_room(begins):
    """With context 4: windows of 4, or of 3 and a beginning."""
    source, _ = endless(length=4 - begins)
    block = {"context": 4, "prepend_bos": begins, "max_train_sequences": 10}
    block |= {"eval_sequences": 10, "eval_share": 0.5}
    assert len(enough(source, block, 0)) == 20
    source, _ = endless(length=3 - begins)
    short = [next(source) for _ in range(50)]
    told = f"corpus.context: found 4, but the longest row of token ids holds {3 - begins}, and rows"
    with pytest.raises(LitmusError, match=told):
        enough(short, block, 0)
