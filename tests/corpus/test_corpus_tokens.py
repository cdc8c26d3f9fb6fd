"""The table of sequences."""

import math

import numpy as np
import pyarrow as pa
import pytest

from litmus import tables
from litmus.corpus import tokens


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
