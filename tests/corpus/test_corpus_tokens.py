"""The tokenizer, and sequences of its tokens."""

import math

import numpy as np
import pyarrow as pa
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from litmus import tables
from litmus.corpus import tokens
from litmus.errors import LitmusError

TEXTS = ["the cat sat on the mat", "the dog sat on the cat", "a mat, a cat; the end\n"] * 3


@pytest.fixture(scope="module")
def tokenizer():
    """A small BPE."""
    return tokens.train_tokenizer(TEXTS, 280)


def sequences_of(tokenizer, texts, context, most=10**6):
    """The rows as lists."""
    return tokens.sequences(tokenizer, texts, context, most).tolist()


def joined(tokenizer, texts):
    """Each text's tokens and END, one after the other."""
    return [i for text in texts for i in [*tokenizer.encode(text).ids, 0]]


@pytest.mark.parametrize(
    "text",
    [
        *TEXTS[:3],
        "",
        " leading and trailing ",
        "tabs\tand\r\nnew\n\n\nlines",
        "naïve café — “quotes”",
        "日本語 עברית العربية",
        "👩‍👩‍👧‍👦 🇨🇭 é",
        "\x00\x01\x7f\u2028\ufeff\U0010ffff",
        "def f(x):\n    return x ** 2\n",
    ],
)
def test_any_text_survives_the_tokenizer(text, tokenizer):
    """Whatever the tokenizer was trained on: its tokens are bytes."""
    assert tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False) == text


def test_the_vocabulary(tokenizer):
    """END is 0, then 256 bytes, then merges; no more than asked for."""
    assert tokenizer.token_to_id(tokens.END) == 0
    assert 257 < tokenizer.get_vocab_size() <= 280
    assert sorted(tokenizer.get_vocab().values()) == list(range(tokenizer.get_vocab_size()))


def test_the_same_texts_give_the_same_tokenizer(tokenizer):
    """Byte for byte."""
    assert tokens.train_tokenizer(TEXTS, 280).to_str() == tokenizer.to_str()


def test_a_tokenizer_survives_the_disk(tokenizer, tmp_path):
    """Saved and loaded, it is the same."""
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    assert tokens.load_tokenizer(tmp_path / "tokenizer.json").to_str() == tokenizer.to_str()


@pytest.mark.parametrize("content", [None, "", "{}", '{"version": "1.0"}'])
def test_no_tokenizer_is_one_sentence(content, tmp_path):
    """It names the key and the file."""
    path = tmp_path / "tokenizer.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(LitmusError, match=r"corpus\.tokenizer: \S+ is no tokenizer\.json"):
        tokens.load_tokenizer(path)


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
    assert tokens.sequences(tokenizer, [], 5, 10).shape == (0, 5)
    assert tokens.sequences(tokenizer, ["a"], 5, 10).shape == (0, 5)


def test_a_tokenizer_without_end(tokenizer):
    """The user's may have none: texts then follow each other directly."""
    own = Tokenizer.from_str(tokenizer.to_str().replace(tokens.END, "<|other|>"))
    (row,) = tokens.sequences(own, ["a", "b"], 2, 10).tolist()
    assert row == [own.encode("a").ids[0], own.encode("b").ids[0]]


def test_the_table_holds_both_splits(tmp_path):
    """Evaluation first; what is written is read."""
    evaluation = np.arange(6, dtype=np.int32).reshape(2, 3)
    training = np.arange(100, 112, dtype=np.int32).reshape(4, 3)
    tables.write(tokens.table(evaluation, training), tmp_path / "tokens.parquet")
    table = tables.read(tmp_path / "tokens.parquet")
    assert table.schema.equals(tables.tokens_schema(3))
    assert table["sequence"].to_pylist() == [0, 1, 2, 3, 4, 5]
    assert table["split"].to_pylist() == ["eval"] * 2 + ["train"] * 4
    np.testing.assert_array_equal(tokens.split_of(table, "eval"), evaluation)
    np.testing.assert_array_equal(tokens.split_of(table, "train"), training)
    assert tokens.split_of(table, "train").dtype == np.int32
    np.testing.assert_array_equal(
        tokens.split_of(pa.concat_tables([table] * 2), "eval")[2:], evaluation
    )


def test_unigram_entropy_by_hand():
    """Counts {0: 3, 1: 1, 2: 0} plus one each: shares 4/7, 2/7 and 1/7."""
    training, evaluation = np.array([[0, 0], [0, 1]]), np.array([[0, 1], [2, 0]])
    expected = -(2 * math.log(4 / 7) + math.log(2 / 7) + math.log(1 / 7)) / 4
    assert tokens.unigram_entropy(training, evaluation, 3) == pytest.approx(expected)


def test_unigram_entropy_of_a_fair_text():
    """Every token as often: log of the vocabulary."""
    every = np.arange(12).reshape(3, 4)
    assert tokens.unigram_entropy(every, every, 12) == pytest.approx(math.log(12))


def test_a_text_that_spells_the_end_token_out_does_not_end():
    """Only the boundary between documents is an end."""
    tokenizer = tokens.train_tokenizer(["a plain text"], 257)
    rows = tokens.sequences(tokenizer, [f"before {tokens.END} after"], 1, 1000)
    assert (rows == tokenizer.token_to_id(tokens.END)).sum() == 1


def test_a_given_tokenizer_neither_cuts_nor_fills(tmp_path):
    """Truncation and padding, saved with a tokenizer by its last user, are switched off."""
    tokenizer = tokens.train_tokenizer(["a b c d e f g h"], 257)
    tokenizer.enable_truncation(3)
    tokenizer.enable_padding(length=20)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    given = tokens.load_tokenizer(tmp_path / "tokenizer.json")
    assert len(given.encode("a b c d e f").ids) == 11


def test_the_size_is_one_more_than_the_largest_id(tmp_path):
    """Ids with gaps need rows in the embedding that no token uses."""
    (tmp_path / "tokenizer.json").write_text(
        Tokenizer(WordLevel({"a": 0, "b": 7}, unk_token="a")).to_str()
    )
    given = tokens.load_tokenizer(tmp_path / "tokenizer.json")
    assert (given.get_vocab_size(), tokens.size(given)) == (2, 8)


def test_batches_are_the_rows_of_one_split_in_order(tmp_path):
    """Whatever their size, up to as many as are asked for."""
    evaluation = np.arange(15, dtype=np.int32).reshape(5, 3)
    training = 100 + np.arange(21, dtype=np.int32).reshape(7, 3)
    path = tmp_path / "tokens.parquet"
    tables.write(tokens.table(evaluation, training), path)
    for size in (1, 4, 50):
        firsts, rows = zip(*tokens.batches(path, "train", size, 6), strict=True)
        np.testing.assert_array_equal(np.concatenate(rows), training[:6])
        assert firsts[0] == 5
        np.testing.assert_array_equal(
            np.concatenate([rows for _, rows in tokens.batches(path, "eval", size)]), evaluation
        )
