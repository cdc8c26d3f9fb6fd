"""The table of documents."""

import numpy as np
import pytest

from litmus import tables
from litmus.corpus import documents
from litmus.corpus.columns import TokenDocument
from litmus.corpus.sources import Document


def tokens(name, *ids):
    """A document of token ids."""
    return TokenDocument(name, np.array(ids, np.int32).tobytes())


@pytest.fixture
def written(tmp_path):
    """What is read after it was written."""

    def write(training, evaluation):
        path = tmp_path / "documents.parquet"
        tables.write(documents.table(training, evaluation), path)
        return tables.read(path)

    return write


def test_texts(written):
    """What is written is read, by split and in order."""
    table = written([Document("a", "x"), Document("b", "y")], [Document("c", "é")])
    assert table.schema.equals(tables.DOCUMENTS)
    assert table["document"].to_pylist() == ["a", "b", "c"]
    assert documents.split_of(table, "train") == (["x", "y"], [])
    assert documents.split_of(table, "eval") == (["é"], [])
    assert documents.split_of(table, "eval").contents() == ["é".encode()]


def test_token_ids(written):
    """Likewise, of any lengths."""
    table = written([tokens("a", 1, 2, 3), tokens("b", 4)], [tokens("c", 5, 6)])
    assert table.schema.equals(tables.TOKEN_DOCUMENTS)
    training, evaluation = (documents.split_of(table, split) for split in documents.SPLITS)
    assert [ids.tolist() for ids in training.ids] == [[1, 2, 3], [4]]
    assert [ids.tolist() for ids in evaluation.ids] == [[5, 6]]
    assert training.texts == []
    assert evaluation.contents() == [np.array([5, 6], np.int32).tobytes()]
