"""Columns of token ids."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from litmus.corpus import columns
from litmus.corpus.sources import Document
from litmus.errors import LitmusError

ROWS = [[5, 6, 7], [8], [9, 10]]
KINDS = [
    pa.list_(pa.int32()),
    pa.list_(pa.int64()),
    pa.list_(pa.uint16()),
    pa.large_list(pa.int8()),
    pa.large_list(pa.uint64()),
]


def write(path, rows, kind=KINDS[0], name="tokens"):
    """A file with these rows of token ids."""
    pq.write_table(pa.table({name: pa.array(rows, kind)}), path)
    return path


def ids(*paths, field="tokens"):
    """The ids of all documents."""
    found = columns.tokens([str(path) for path in paths], field)
    return [document.array().tolist() for document in found]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_row_is_a_document(kind, tmp_path):
    """Whatever the integers and the lists; named after the file and the row, held as int32."""
    path = write(tmp_path / "t.parquet", ROWS, kind)
    found = list(columns.tokens([str(path)], "tokens"))
    assert [document.array().tolist() for document in found] == ROWS
    assert [document.name for document in found] == [f"{path}:{row}" for row in range(3)]
    assert {document.array().dtype for document in found} == {np.dtype(np.int32)}


def test_rows_of_one_length(tmp_path):
    """As many tokenized datasets have them; with a row that is missing."""
    rows = [[1, 2], None, [3, 4]]
    path = write(tmp_path / "t.parquet", rows, pa.list_(pa.int32(), 2))
    assert ids(path) == [[1, 2], [3, 4]]
    assert [document.name[-1] for document in columns.tokens([str(path)], "tokens")] == ["0", "2"]


def test_empty_rows_and_nulls_are_passed_over(tmp_path):
    """The others keep their numbers."""
    path = write(tmp_path / "t.parquet", [None, [1], [], [2, 3], None])
    found = list(columns.tokens([str(path)], "tokens"))
    assert [(document.name[-1], document.array().tolist()) for document in found] == [
        ("1", [1]),
        ("3", [2, 3]),
    ]


def test_more_rows_than_are_held_at_once(tmp_path, monkeypatch):
    """A file is read in batches, which are not seen in what comes out."""
    rows = [[*range(row % 4), row] for row in range(100)]
    path = write(tmp_path / "t.parquet", rows)
    monkeypatch.setattr(columns, "ROWS", 7)
    found = list(columns.tokens([str(path)], "tokens"))
    assert [document.array().tolist() for document in found] == rows
    assert [document.name for document in found] == [f"{path}:{row}" for row in range(100)]


def test_no_more_is_read_than_is_asked_for(tmp_path):
    """A second file that cannot be read is no matter to who needs the first alone."""
    write(tmp_path / "a.parquet", ROWS)
    (tmp_path / "b.parquet").write_bytes(b"no Parquet")
    found = columns.tokens([str(tmp_path)], "tokens")
    assert [next(found).array().tolist() for _ in ROWS] == ROWS
    with pytest.raises(LitmusError, match=r"b\.parquet: could not be read as Parquet"):
        next(found)


def test_a_folders_parquet_files_by_name(tmp_path):
    """Other files in it are none of them."""
    write(tmp_path / "b.parquet", [[2]])
    write(tmp_path / "a.parquet", [[1]])
    (tmp_path / "notes.txt").write_text("text")
    assert ids(tmp_path) == [[1], [2]]


@pytest.mark.parametrize(
    ("rows", "kind", "told"),
    [
        ([[1], [2, -3], [4]], pa.list_(pa.int32()), "row 1 holds the token id -3;"),
        ([[1], [], [2**31]], pa.list_(pa.int64()), "row 2 holds the token id 2147483648;"),
        ([[1], [2**63]], pa.list_(pa.uint64()), f"row 1 holds the token id {2**63};"),
        ([[1, None]], pa.list_(pa.int32()), "a list of token ids holds null"),
        ([["a"]], pa.list_(pa.string()), "holds list<element: string>, not lists of whole numbers"),
        ([[1.0]], pa.list_(pa.float32()), "holds list<element: float>, not lists of whole"),
        (["a text"], pa.string(), "holds string, not lists of whole numbers"),
        ([1, 2], pa.int32(), "holds int32, not lists of whole numbers"),
    ],
)
def test_what_is_no_token_id_is_one_sentence(rows, kind, told, tmp_path):
    """It names the file, and the row or the type."""
    path = write(tmp_path / "t.parquet", rows, kind)
    with pytest.raises(LitmusError) as error:
        ids(path)
    assert str(error.value).startswith(f"{path}: ")
    assert told in str(error.value)


def test_a_column_that_is_not_there_is_one_sentence(tmp_path):
    """It says which there are, of a file without a row too."""
    path = write(tmp_path / "t.parquet", [], name="input_ids")
    with pytest.raises(LitmusError, match=r"has no column 'tokens'.* one of input_ids"):
        ids(path)
    assert ids(path, field="input_ids") == []


def test_text_and_token_ids_are_told_apart_by_type():
    """A batch without either is passed over; what is neither is a sentence."""
    batches = [
        pa.table({"c": ["one", "", None, " \n", "two"]}),
        pa.table({"c": pa.nulls(3)}),
        pa.table({"c": pa.array([[1, 2]])}),
    ]
    found = list(columns.documents(batches, "c", "d"))
    assert found[:2] == [Document("d:0", "one"), Document("d:4", "two")]
    assert (found[2].name, found[2].array().tolist()) == ("d:8", [1, 2])
    with pytest.raises(LitmusError, match="column 'c' holds int64, neither text nor lists of tok"):
        list(columns.documents([pa.table({"c": [1], "e": ["x"]})], "c", "d"))
