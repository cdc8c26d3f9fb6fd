"""Writing and reading tables."""

import errno
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from litmus import tables
from litmus.errors import LitmusError


@pytest.fixture
def table():
    """A few scores."""
    return pa.table(
        {
            "direction": [f"sae/{i:05d}" for i in range(50)],
            "group": ["sae"] * 50,
            "metric": ["sparsity"] * 50,
            "value": [i / 7 for i in range(50)],
            "standard_error": [0.1] * 50,
            "status": ["ok"] * 50,
        },
        schema=tables.SCORES,
    )


def interrupted(path):
    """A write that is killed half-way."""
    with tables.atomic(path) as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt


def names(folder):
    """What lies in `folder`, hidden files included."""
    return sorted(os.listdir(folder))


def test_what_is_written_is_read(table, tmp_path):
    """A table comes back with its schema, in a folder that is made for it."""
    tables.write(table, tmp_path / "new" / "folder" / "t.parquet")
    assert tables.read(tmp_path / "new" / "folder" / "t.parquet").equals(table)


def test_only_the_columns_asked_for_are_read(table, tmp_path):
    """In the order asked for."""
    tables.write(table, tmp_path / "t.parquet")
    assert tables.read(tmp_path / "t.parquet", ["value", "group"]).column_names == [
        "value",
        "group",
    ]


def test_two_writes_are_byte_identical(table, tmp_path):
    """The same table gives the same file."""
    for name in "ab":
        tables.write(table, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_interrupted_write_leaves_nothing(tmp_path):
    """Neither the file nor a temporary."""
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path / "t.parquet")
    assert names(tmp_path) == []


def test_an_interrupted_write_leaves_the_old_file(table, tmp_path):
    """What was there stays whole, with nothing beside it."""
    tables.write(table, tmp_path / "t.parquet")
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path / "t.parquet")
    assert names(tmp_path) == ["t.parquet"]
    assert tables.read(tmp_path / "t.parquet").equals(table)


def test_the_file_appears_only_when_it_is_whole(tmp_path):
    """Until the block ends, the old content stands."""
    path = tmp_path / "t"
    path.write_text("old")
    with tables.atomic(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert names(tmp_path) == ["t"]


@pytest.mark.parametrize("name", ["write_table", "fsync", "replace"])
def test_a_full_disk_is_one_sentence(name, table, tmp_path, monkeypatch):
    """Whichever step finds the disk full, the sentence names the file and nothing is left."""

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(pq if name == "write_table" else os, name, full)
    path = tmp_path / "t.parquet"
    with pytest.raises(LitmusError, match=r"No space left on device\); free space") as error:
        tables.write(table, path)
    assert str(error.value).startswith(f"{path}: could not be written")
    assert names(tmp_path) == []


def test_a_file_in_the_place_of_a_folder_is_one_sentence(table, tmp_path):
    """As any folder that cannot be made."""
    (tmp_path / "results").write_text("a file")
    with pytest.raises(LitmusError, match=r"results/scores/t\.parquet: could not be written"):
        tables.write(table, tmp_path / "results" / "scores" / "t.parquet")
    with pytest.raises(LitmusError, match=r"results/t\.parquet: could not be written"):
        tables.write(table, tmp_path / "results" / "t.parquet")


def test_the_users_own_mistakes_pass_through(tmp_path):
    """A LitmusError in the block stays what it is."""
    with pytest.raises(LitmusError, match=r"^mine$"), tables.atomic(tmp_path / "t"):
        raise LitmusError("mine")


def test_a_missing_file_is_one_sentence(tmp_path):
    """Named, with what to do."""
    with pytest.raises(LitmusError, match=r"t\.parquet: there is no such file; run again"):
        tables.read(tmp_path / "t.parquet")
    assert names(tmp_path) == []


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_set_aside(share, table, tmp_path):
    """The sentence says where it went; its place is free for a new one."""
    path = tmp_path / "t.parquet"
    tables.write(table, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(LitmusError, match=r"is damaged .* set aside as t\.parquet\.damaged"):
        tables.read(path)
    assert names(tmp_path) == ["t.parquet.damaged"]


def test_no_flipped_bit_in_the_pages_changes_a_value_in_silence(table, tmp_path):
    """At every eighth byte before the footer: an error, or the table as it was."""
    path = tmp_path / "t.parquet"
    tables.write(table, path)
    content = path.read_bytes()
    pages = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    noticed = 0
    for place in range(4, pages, 8):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 7
        path.write_bytes(flipped)
        try:
            assert tables.read(path).equals(table), f"byte {place}"
        except LitmusError:
            assert path.with_name("t.parquet.damaged").exists()
            noticed += 1
    assert noticed > pages / 8 / 2


def test_an_orphan_writes_nothing(table, tmp_path, monkeypatch):
    """When the run that started a job has ended, its file may belong to another run."""
    monkeypatch.setattr(os, "getppid", lambda: 1)
    monkeypatch.setattr(tables, "PARENT", 2)
    with pytest.raises(LitmusError, match=r"table\.parquet: not written, for the run that started"):
        tables.write(table, tmp_path / "table.parquet")
    assert names(tmp_path) == []


def test_no_memory_is_no_damage(table, tmp_path, monkeypatch):
    """Arrow's out-of-memory error is an Arrow error too; the file stays where it is."""
    path = tmp_path / "table.parquet"
    tables.write(table, path)

    def read(*_, **__):
        raise pa.ArrowMemoryError("malloc of size 64 failed")

    monkeypatch.setattr(pq, "read_table", read)
    with pytest.raises(MemoryError):
        tables.read(path)
    assert names(tmp_path) == ["table.parquet"]


def test_a_reading_error_is_no_damage(table, tmp_path, monkeypatch):
    """Too many open files, say: a sentence, and the file stays where it is."""
    path = tmp_path / "table.parquet"
    tables.write(table, path)

    def read(*_, **__):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(pq, "read_table", read)
    with pytest.raises(LitmusError, match="could not be read"):
        tables.read(path)
    assert names(tmp_path) == ["table.parquet"]
