"""A dataset of the hub, without the hub: a stand-in, a folder, and a cache."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from litmus.corpus import hub
from litmus.corpus.hub import Where, stream
from litmus.corpus.sources import Document
from litmus.errors import LitmusError

COMMIT, OTHER = "a1" * 20, "b2" * 20
WHERE = Where("someone/stories", None, "train", None)


def raised(*names, base=Exception, cause=None):
    """A function that raises an exception of a class with the first name, below the others."""
    for name in reversed(names):
        base = type(name, (base,), {})

    def fail(*_, **__):
        raise base(f"{names[0]} as the library\nhas it") from cause

    return fail


class Rows:
    """What stands in for one split of a streamed dataset; `after` comes behind its tables."""

    def __init__(self, *tables, after=lambda: None):
        self.tables, self.after, self.read = tables, after, 0

    def with_format(self, name):
        """As it is."""
        assert name == "arrow"
        return self

    def iter(self, batch_size):
        """One table after the other."""
        assert batch_size == hub.ROWS
        for table in self.tables:
            self.read += 1
            yield table
        self.after()


class Builder:
    """What stands in for the library's; remembers what it was asked for."""

    def __init__(self, commit=COMMIT, **splits):
        self.hash, self.splits = commit, splits

    def __call__(self, *named, **options):
        """The builder of whatever is asked for."""
        self.asked = (named, options)
        return self

    def as_streaming_dataset(self):
        """All splits."""
        return self.splits


def refusal(where=WHERE, field="text", builder=None):
    """The sentence that a dataset is refused with."""
    with pytest.raises(LitmusError) as error:
        list(stream(where, field, builder).documents)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_what_the_config_names_is_what_is_read():
    """Dataset, subset and revision are asked for; the split's rows come, with their commit."""
    rows = Rows(pa.table({"text": ["one", "two"]}), pa.table({"text": ["three"]}))
    builder = Builder(train=Rows(), test=rows)
    found = stream(Where("someone/stories", "short", "test", "v1"), "text", builder)
    assert builder.asked == (("someone/stories", "short"), {"revision": "v1"})
    assert list(found.documents) == [
        Document(f"someone/stories/test:{row}", text)
        for row, text in enumerate(["one", "two", "three"])
    ]
    assert found.commit == COMMIT


def test_token_ids_are_read_by_their_type():
    """The column says what it is."""
    builder = Builder(train=Rows(pa.table({"ids": pa.array([[1, 2], [3]])})))
    found = list(stream(WHERE, "ids", builder).documents)
    assert [document.array().tolist() for document in found] == [[1, 2], [3]]


def test_nothing_is_read_before_it_is_asked_for():
    """And no table after the last that was."""
    rows = Rows(*[pa.table({"text": [str(n)]}) for n in range(5)])
    documents = stream(WHERE, "text", Builder(train=rows)).documents
    assert rows.read == 0
    assert [next(documents).text, next(documents).text] == ["0", "1"]
    assert rows.read == 2


@pytest.mark.parametrize(
    ("fail", "told"),
    [
        (raised("OfflineModeIsEnabled", base=ConnectionError), "the hub cannot be reached for som"),
        (raised("ConnectTimeout", "TimeoutException"), "the hub cannot be reached for someone/st"),
        (raised("LocalEntryNotFoundError", base=FileNotFoundError), "the hub cannot be reached"),
        (raised("GatedRepoError", "RepositoryNotFoundError"), "someone/stories is gated; accept"),
        (
            raised("DatasetNotFoundError", cause=type("GatedRepoError", (Exception,), {})()),
            "someone/stories is gated; accept its terms",
        ),
        (raised("DatasetNotFoundError"), "the hub has no such dataset, or it is private"),
        (raised("RepositoryNotFoundError"), "the hub has no such dataset, or it is private"),
        (raised("EmptyDatasetError"), "holds no files that datasets reads"),
        (raised("HfHubHTTPError"), "could not be read (HfHubHTTPError: HfHubHTTPError as the libr"),
    ],
)
def test_a_dataset_that_cannot_be_had_is_one_sentence(fail, told):
    """Whether that is seen at once or on the way."""
    rows = Rows(pa.table({"text": ["one"]}), after=fail)
    for builder in (fail, Builder(train=rows)):
        sentence = refusal(builder=builder)
        assert sentence.startswith("corpus.dataset: ")
        assert told in sentence


@pytest.mark.parametrize(
    ("known", "told"),
    [(["main", "v1"], "valid: null, or main or v1"), ([], "valid: null, or a branch, tag or")],
)
def test_a_wrong_revision_is_one_sentence(known, told, monkeypatch):
    """With those there are, where the hub tells."""
    monkeypatch.setattr(hub, "_revisions", lambda dataset: known)
    cause = type("RevisionNotFoundError", (Exception,), {})()
    fail = raised("DatasetNotFoundError", cause=cause)
    sentence = refusal(WHERE._replace(revision="v9"), builder=fail)
    assert sentence.startswith("corpus.revision: found 'v9'; ")
    assert told in sentence


def test_another_commit_than_the_named_one_is_refused():
    """A cache holds the one that was once fetched, whichever the config names."""
    sentence = refusal(WHERE._replace(revision=OTHER), builder=Builder(train=Rows()))
    assert sentence.startswith(f"corpus.revision: found '{OTHER}', but without the hub only")
    assert COMMIT in sentence
    rows = Rows(pa.table({"text": ["one"]}))
    assert stream(WHERE._replace(revision=COMMIT), "text", Builder(train=rows)).commit == COMMIT


@pytest.fixture
def dataset(tmp_path, monkeypatch):
    """A folder that the library takes for a dataset: two splits of texts and token ids."""
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    folder = tmp_path / "stories"
    folder.mkdir()
    for split, count in (("train", 600), ("test", 3)):
        texts = [f"{split} {row}" for row in range(count)]
        ids = pa.array([[row, row + 1] for row in range(count)], pa.list_(pa.int32()))
        pq.write_table(pa.table({"text": texts, "ids": ids}), folder / f"{split}.parquet")
    return folder


def test_a_folder_read_by_the_library_itself(dataset):
    """The whole way but for the network: more rows than a batch, of either kind."""
    where = Where(str(dataset), None, "train", None)
    found = stream(where, "text")
    assert [document.text for document in found.documents] == [f"train {n}" for n in range(600)]
    assert found.commit is None
    ids = stream(where._replace(split="test"), "ids").documents
    assert [document.array().tolist() for document in ids] == [[0, 1], [1, 2], [2, 3]]


@pytest.mark.parametrize(
    ("change", "field", "told"),
    [
        ({"split": "valid"}, "text", "corpus.split: found 'valid'; valid: train or test, the spl"),
        ({"subset": "en"}, "text", "corpus.subset: found 'en'; valid: default"),
        ({}, "body", "has no column 'body'; corpus.field may name one of text, ids"),
        ({"dataset": "no/where"}, "text", "corpus.dataset: the hub cannot be reached for no/where"),
    ],
)
def test_what_the_library_does_not_find_is_one_sentence(dataset, change, field, told):
    """With its own exceptions, and what there is instead."""
    where = Where(str(dataset), None, "train", None)._replace(**change)
    assert told in refusal(where, field)


def test_a_subset_must_be_chosen_among_several(dataset):
    """The library's own exception, of a dataset whose card names two."""
    card = "configs:\n- config_name: en\n  data_files: train.parquet\n"
    card += "- config_name: fr\n  data_files: test.parquet\n"
    (dataset / "README.md").write_text(f"---\n{card}---\n")
    where = Where(str(dataset), None, "train", None)
    assert refusal(where) == "corpus.subset: found null; valid: en, fr"
    assert len(list(stream(where._replace(subset="fr"), "text").documents)) == 3


def test_a_cached_dataset_needs_no_hub(dataset, tmp_path):
    """Fetched once with `datasets.load_dataset`, it is found by its name, and by its commit."""
    from datasets import load_dataset

    load_dataset(str(dataset), cache_dir=str(tmp_path / "made"))
    (made,) = (tmp_path / "made" / "stories").glob("*/*/*/dataset_info.json")
    info = json.loads(made.read_text()) | {"config_name": "default"}
    made.write_text(json.dumps(info))
    kept = tmp_path / "cache" / "someone___stories" / "default" / "0.0.0" / COMMIT
    kept.parent.mkdir(parents=True)
    made.parent.rename(kept)
    found = stream(WHERE._replace(split="test"), "text")
    assert [document.text for document in found.documents] == ["test 0", "test 1", "test 2"]
    assert found.commit == COMMIT
    assert "only the cached" in refusal(WHERE._replace(revision=OTHER))
