"""The two scripts, from a source to sequences, by hand in the workflow's place."""

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from litmus import tables
from litmus.corpus import tokens

ROOT = Path(__file__).parents[2]
CORPUS = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["corpus"]
SMALL = {"context": 4, "eval_share": 0.5, "max_train_sequences": 40, "eval_sequences": 40}
WORDS = [f"w{number}" for number in range(100)]
ORIGIN = {"end": "w1", "bos": "w2", "vocabulary": 100}
ROWS = [list(range(start, start + 11)) for start in range(60)]


@pytest.fixture
def words(tmp_path):
    """The path of a tokenizer of a hundred words."""
    path = tmp_path / "words.json"
    Tokenizer(WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="w0")).save(str(path))
    return str(path)


@pytest.fixture
def rows(tmp_path):
    """The path of token ids; 11 in a row."""
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"ids": ROWS}), path)
    return str(path)


@pytest.fixture
def run(tmp_path, words, capfd):
    """Both scripts under these keys of the corpus; the results' folder, or what was told."""

    def work(script, input, output, params):
        snakemake = SimpleNamespace(
            input=input, output=output, params=params, threads=1, log=[str(tmp_path / "log")]
        )
        runpy.run_path(str(ROOT / "scripts" / script), init_globals={"snakemake": snakemake})

    def both(origin=None, **changes):
        settings = CORPUS | SMALL | changes
        subject = []
        if origin:
            (tmp_path / "origin.json").write_text(json.dumps(origin))
            subject = [words, str(tmp_path / "origin.json")]
        names = {"tokens": "tokens.parquet", "tokenizer": "t.json", "summary": "corpus.json"}
        output = SimpleNamespace(**{key: str(tmp_path / name) for key, name in names.items()})
        documents = str(tmp_path / "documents.parquet")
        try:
            params = SimpleNamespace(settings=settings, seed=0)
            work("corpus.py", [], [documents], params)
            work("tokens.py", SimpleNamespace(documents=documents, subject=subject), output, params)
        except SystemExit:
            told = capfd.readouterr().err
            assert "Traceback" not in told
            return told
        return tmp_path

    return both


def of(results):
    """All sequences, and the summary."""
    table = tables.read(results / "tokens.parquet")
    both = [tokens.split_of(table, split) for split in ("train", "eval")]
    return np.concatenate(both).tolist(), json.loads((results / "corpus.json").read_text())


def test_token_ids_of_ones_own(run, rows, words):
    """Windows of the rows, each twice the context and a tail: all that is in the files."""
    found, summary = of(run(source="tokens", paths=[rows], field="ids", tokenizer=words))
    assert sorted(found) == sorted(row[s : s + 4] for row in ROWS[:40] for s in (0, 4))
    assert summary["source"] == "tokens" and summary["vocabulary"] == 100
    assert summary["documents"] == 40, "both splits need 40 windows, of 2 a row"
    assert summary["tokens_read"] == 40 * 11 and "bytes" not in summary


def test_token_ids_with_a_beginning(run, rows):
    """The subject's own begins each sequence, and takes a token's place."""
    keys = {"source": "tokens", "paths": [rows], "field": "ids", "tokenizer": "model"}
    found, _ = of(run(ORIGIN, prepend_bos=True, **keys))
    assert {row[0] for row in found} == {2}
    assert {tuple(row[1:]) for row in found} < {
        tuple(row[s : s + 3]) for row in ROWS for s in (0, 3, 6)
    }


@pytest.mark.parametrize(
    ("changes", "origin", "told"),
    [
        ({"tokenizer": "train"}, None, "corpus.tokenizer: found train, but the column 'ids' holds"),
        ({"context": 12}, None, "corpus.context: found 12, but the longest row"),
        ({"context": 9, "eval_share": 0.9}, None, "6 training sequences of 9 tokens, at least 16"),
        ({"tokenizer": "model"}, ORIGIN | {"vocabulary": 20}, "but the subject knows ids below 20"),
        ({"tokenizer": "model", "prepend_bos": True}, ORIGIN | {"bos": None}, "prepend_bos: found"),
    ],
)
def test_token_ids_that_cannot_be_used_are_one_sentence(run, rows, words, changes, origin, told):
    """Of another tokenizer, too short, too few."""
    keys = {"source": "tokens", "paths": [rows], "field": "ids", "tokenizer": words}
    assert told in run(origin, **(keys | changes))


def test_a_given_tokenizer_is_compared_with_the_subjects(run, rows, tmp_path):
    """The first token with another id is named; the same ids are accepted."""
    keys = {"source": "tokens", "paths": [rows], "field": "ids"}
    other = str(tmp_path / "other.json")
    swapped = {w: i for i, w in enumerate([*WORDS[:7], "w8", "w7", *WORDS[9:]])}
    Tokenizer(WordLevel(swapped, unk_token="w0")).save(other)
    told = run(ORIGIN, tokenizer=other, **keys)
    assert (
        f"{other} is a tokenizer with other ids: it has 'w7' at 8, the subject's own at 7" in told
    )
    assert run(ORIGIN, tokenizer=str(tmp_path / "words.json"), **keys) == tmp_path


@pytest.fixture
def folder(tmp_path):
    """What the library takes for a dataset: texts, and token ids."""
    path = tmp_path / "stories"
    path.mkdir()
    texts = [f"story {n}: " + "once upon a time " * 4 for n in range(300)]
    pq.write_table(pa.table({"text": texts, "ids": ROWS * 5}), path / "train.parquet")
    return str(path)


def test_a_dataset_is_cut_to_what_is_needed(run, folder):
    """Fewer stories are kept than there are, and they are enough; the summary says of what."""
    results = run(source="hub", dataset=folder, vocabulary=300)
    _, summary = of(results)
    assert (summary["train_sequences"], summary["eval_sequences"]) == (40, 40)
    assert 35 <= summary["documents"] < 60, "76 bytes each are 2.4 sequences at 8 bytes a token"
    assert (summary["source"], summary["dataset"], summary["split"]) == ("hub", folder, "train")
    assert not {"subset", "revision", "commit"} & set(summary)


def test_a_dataset_of_token_ids(run, folder, words):
    """Told apart by the column's type; a tokenizer trained here would give others."""
    keys = {"source": "hub", "dataset": folder, "field": "ids"}
    found, summary = of(run(tokenizer=words, **keys))
    assert sorted(found)[0] == [0, 1, 2, 3]
    assert summary["tokens_read"] == 11 * summary["documents"]
    assert "holds token ids; name the tokenizer" in run(tokenizer="train", **keys)


def test_the_commit_of_a_dataset_is_kept(run, folder, monkeypatch):
    """From the documents' metadata into the summary."""
    from litmus.corpus import hub

    whole = hub.stream
    monkeypatch.setattr(hub, "stream", lambda *named: whole(*named)._replace(commit="a1" * 20))
    _, summary = of(run(source="hub", dataset=folder, vocabulary=300))
    assert summary["commit"] == "a1" * 20
