"""Documents cut into sequences."""

import numpy as np
import pytest
from tokenizers import Tokenizer

from litmus.corpus.sequences import check, of_texts, of_tokens
from litmus.corpus.tokenizer import END, Marks, marks, train
from litmus.errors import LitmusError

TEXTS = ["the cat sat on the mat", "the dog sat on the cat", "a mat, a cat; the end\n"] * 3
ENDS = Marks(end=0, bos=None)
BEGINS = Marks(end=0, bos=7)


@pytest.fixture(scope="module")
def tokenizer():
    """A small BPE."""
    return train(TEXTS, 280)


def sequences_of(tokenizer, texts, context, most=10**6, marks=ENDS):
    """The rows as lists."""
    return of_texts(tokenizer, texts, context, most, marks).tolist()


def joined(tokenizer, texts):
    """Each text's tokens and END, one after the other."""
    return [i for text in texts for i in [*tokenizer.encode(text).ids, 0]]


def test_end_stands_between_texts(tokenizer):
    """After each text, and only there."""
    (row,) = sequences_of(tokenizer, ["the cat", "sat"], len(joined(tokenizer, ["the cat", "sat"])))
    assert row == [*tokenizer.encode("the cat").ids, 0, *tokenizer.encode("sat").ids, 0]
    assert row.count(0) == 2


@pytest.mark.parametrize("context", [1, 3, 5, 8])
def test_only_the_tail_is_dropped(context, tokenizer):
    """The rows, one after the other, are all tokens but fewer than `context` at the end."""
    rows, every = sequences_of(tokenizer, TEXTS, context), joined(tokenizer, TEXTS)
    flat = [token for row in rows for token in row]
    assert flat == every[: len(flat)]
    assert len(every) - len(flat) < context


@pytest.mark.parametrize("most", [1, 4, 7])
def test_at_most_as_many_as_asked_for(most, tokenizer):
    """The first of them; more texts than a batch of the tokenizer change nothing."""
    many = TEXTS * 100
    assert sequences_of(tokenizer, many, 5, most) == sequences_of(tokenizer, many, 5)[:most]


def test_too_little_text_gives_no_rows(tokenizer):
    """An empty array of the right width, for the caller to complain about."""
    assert of_texts(tokenizer, [], 5, 10, ENDS).shape == (0, 5)
    assert of_texts(tokenizer, ["a"], 5, 10, ENDS).shape == (0, 5)


def test_a_tokenizer_without_end(tokenizer):
    """The user's may have none: texts then follow each other directly."""
    own = Tokenizer.from_str(tokenizer.to_str().replace(END, "<|other|>"))
    (row,) = of_texts(own, ["a", "b"], 2, 10, marks(own, None, False)).tolist()
    assert row == [own.encode("a").ids[0], own.encode("b").ids[0]]


def test_a_text_that_spells_the_end_token_out_does_not_end():
    """Only the boundary between documents is an end."""
    tokenizer = train(["a plain text"], 257)
    rows = of_texts(tokenizer, [f"before {END} after"], 1, 1000, ENDS)
    assert (rows == tokenizer.token_to_id(END)).sum() == 1


@pytest.mark.parametrize("context", [2, 5, 8])
@pytest.mark.parametrize("most", [3, 100])
def test_a_beginning_takes_one_token_of_each_row(context, most, tokenizer):
    """The rest of the rows is what shorter rows without it hold."""
    rows = sequences_of(tokenizer, TEXTS, context, most, BEGINS)
    assert [row[0] for row in rows] == [7] * len(rows)
    assert [row[1:] for row in rows] == sequences_of(tokenizer, TEXTS, context - 1, most)


def test_token_ids_are_cut_where_they_stand():
    """By hand: rows of their own for each document, without what is left over."""
    documents = [np.arange(7), np.arange(10, 12), np.arange(20, 23)]
    documents = [ids.astype(np.int32) for ids in documents]
    rows = of_tokens(documents, 3, 100, Marks(None, None))
    assert rows.tolist() == [[0, 1, 2], [3, 4, 5], [20, 21, 22]]
    assert rows.dtype == np.int32
    for most in (1, 2):
        assert of_tokens(documents, 3, most, Marks(None, None)).tolist() == rows[:most].tolist()
    assert of_tokens(documents, 4, 100, BEGINS).tolist() == [[7, *row] for row in rows.tolist()]


def test_token_ids_that_fill_no_row():
    """An empty array of the right width, for the caller to complain about."""
    assert of_tokens([np.arange(2, dtype=np.int32)], 3, 9, ENDS).shape == (0, 3)
    assert of_tokens([], 3, 9, BEGINS).shape == (0, 3)


def test_an_id_beyond_the_vocabulary_is_one_sentence():
    """It names the id, and the number of ids there are."""
    check(np.array([[0, 4]]), 5, "the subject")
    check(np.empty((0, 2), np.int32), 5, "the subject")
    with pytest.raises(
        LitmusError, match="found the token id 5, but the subject knows ids below 5"
    ):
        check(np.array([[0, 5]]), 5, "the subject")
