"""The activation cache."""

import tracemalloc

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from litmus import tables
from litmus.activations import cache
from litmus.errors import LitmusError

WIDTH, CONTEXT = 3, 5


def lower(tokens):
    """Activations that tell which token they belong to: (token, −token, 1/token)."""
    x = tokens.astype(np.float32)
    return np.stack([x, -x, 1 / (1 + x)], axis=-1)


def batches(split, first, count, size):
    """`count` sequences of one split in batches of `size`; no token occurs twice."""
    tokens = np.arange(first * CONTEXT, (first + count) * CONTEXT, dtype=np.int32)
    rows = tokens.reshape(count, CONTEXT)
    return [(split, first + i, rows[i : i + size]) for i in range(0, count, size)]


def write(path, sequences, model=lower, width=WIDTH):
    """Write a cache and return what its visitor saw."""
    seen = []
    cache.write(path, sequences, model, width, lambda split, a: seen.append((split, a.copy())))
    return seen


@pytest.fixture
def path(tmp_path):
    """A cache of 7 evaluation and 10 training sequences in batches of 4."""
    write(tmp_path / "hook.parquet", batches("eval", 0, 7, 4) + batches("train", 7, 10, 4))
    return tmp_path / "hook.parquet"


@pytest.mark.parametrize("split, first, sizes", [("eval", 0, [4, 3]), ("train", 7, [4, 4, 2])])
def test_the_blocks_of_a_split_are_its_batches(path, split, first, sizes):
    """Tokens and activations as they were, whole sequences, in their order."""
    tokens = np.arange(first * CONTEXT, (first + sum(sizes)) * CONTEXT).reshape(-1, CONTEXT)
    found = list(cache.blocks(path, split))
    assert [len(block.tokens) for block in found] == sizes
    np.testing.assert_array_equal(np.concatenate([b.tokens for b in found]), tokens)
    np.testing.assert_array_equal(np.concatenate([b.activations for b in found]), lower(tokens))


def test_one_row_a_token(path):
    """The table that others read keeps its contract."""
    table = tables.read(path)
    assert table.schema.equals(tables.activations_schema(WIDTH))
    assert table["sequence"].to_pylist() == [i for i in range(17) for _ in range(CONTEXT)]
    assert table["position"].to_pylist() == list(range(CONTEXT)) * 17
    assert table["token"].to_pylist() == list(range(17 * CONTEXT))
    assert table["split"].to_pylist() == ["eval"] * 7 * CONTEXT + ["train"] * 10 * CONTEXT
    expected = lower(np.arange(17 * CONTEXT)).tolist()
    assert table["activation"].to_pylist() == expected


def test_the_visitor_sees_every_batch(tmp_path):
    """With its split, a row a token."""
    seen = write(tmp_path / "c", batches("eval", 0, 3, 2) + batches("train", 3, 2, 2))
    assert [split for split, _ in seen] == ["eval", "eval", "train"]
    every = np.concatenate([activations for _, activations in seen])
    np.testing.assert_array_equal(every, lower(np.arange(5 * CONTEXT)))


def test_two_writes_are_byte_identical(path, tmp_path):
    """The same activations give the same file."""
    write(tmp_path / "again", batches("eval", 0, 7, 4) + batches("train", 7, 10, 4))
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_a_row_group_is_a_batch(path):
    """So that a reader holds no more than the writer did."""
    metadata = pq.read_metadata(path)
    rows = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    assert rows == [size * CONTEXT for size in (4, 3, 4, 4, 2)]


def peak(work):
    """The most bytes that Python and Arrow hold while `work` runs, which calls what it is given."""
    held, before = [], pa.total_allocated_bytes()
    tracemalloc.start()
    work(lambda *_: held.append(pa.total_allocated_bytes() - before))
    python = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return python + max(held)


def test_memory_does_not_grow_with_the_text(tmp_path):
    """Of 14 MB more activations, hardly any is held: a row group's place in the footer."""
    width = 256

    def wide(tokens):
        return np.random.default_rng(0).standard_normal((*tokens.shape, width), np.float32)

    def write_and_read(count):
        path, sequences = tmp_path / str(count), batches("eval", 0, count, 64)

        def read(sample):
            for _ in cache.blocks(path, "eval"):
                sample()

        return peak(lambda sample: cache.write(path, sequences, wide, width, sample)), peak(read)

    write_and_read(64)  # what the libraries keep for good
    for few, many in zip(write_and_read(320), write_and_read(3200), strict=True):
        assert many - few < 0.03 * (3200 - 320) * CONTEXT * width * 4


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_activation_that_is_not_finite_is_one_sentence(value, tmp_path):
    """In whichever batch it comes, no file is left."""

    def diverged(tokens):
        activations = lower(tokens)
        activations[tokens == 9 * CONTEXT] = value
        return activations

    with pytest.raises(LitmusError, match=r"model: .*NaN.*model\.learning_rate"):
        write(tmp_path / "c.parquet", batches("eval", 0, 12, 4), diverged)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("share", [0, 0.3, 0.99])
def test_a_truncated_cache_is_set_aside(share, path):
    """It names the file and says what to do."""
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(LitmusError, match=r"is damaged .*hook\.parquet\.damaged, run again"):
        list(cache.blocks(path, "eval"))
    assert not path.exists()


@pytest.mark.parametrize("split", ["eval", "train"])
def test_a_flipped_bit_is_noticed_where_it_is_read(split, path):
    """One bit of one activation of the third batch, which trains."""
    content = path.read_bytes()
    place = content.index(np.float32(-(7 * CONTEXT + 1)).tobytes())
    path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    if split == "eval":
        list(cache.blocks(path, split))
    else:
        with pytest.raises(LitmusError, match=r"is damaged"):
            list(cache.blocks(path, split))


def test_a_missing_cache_is_one_sentence(tmp_path):
    """As any table."""
    with pytest.raises(LitmusError, match="there is no such file"):
        list(cache.blocks(tmp_path / "hook.parquet", "eval"))
