"""A user's mistake is a sentence; a user's text is all that is needed."""

import json
import time
from pathlib import Path

import pandas as pd
import pytest

import tiny_own_format
from workflow.project import Outcome, Project, sentence

pytestmark = pytest.mark.workflow

WORDS = "the cat sat on a mat and thought about its own activations while rain fell "


def read(project: Project, content: bytes, name: str = "mine.txt", **corpus: object) -> Outcome:
    """Cut a text of the user's own into tokens."""
    (project.folder / name).write_bytes(content)
    started = time.monotonic()
    outcome = project.run(
        targets=["results-tiny/tokens.parquet"],
        changes={"corpus": {"source": "text", "paths": [name], **corpus}},
    )
    assert time.monotonic() - started < 30
    return outcome


MISTAKES = {
    "empty": (b"", "mine.txt", "corpus.paths: found no text in mine.txt"),
    "blank": (b" \n\n ", "mine.txt", "corpus.paths: found no text in mine.txt"),
    "one document": (
        WORDS.encode() * 1000,
        "mine.txt",
        "corpus.separator",
    ),
    "not UTF-8": ("café".encode("latin-1"), "mine.txt", "mine.txt: is not UTF-8 (byte 3 is 0xe9)"),
    "no field": (b'{"body": "x"}\n', "mine.jsonl", "mine.jsonl: line 1 is no JSON object with"),
    "no JSON": (b'{"text": "x"}\nhello\n', "mine.jsonl", "mine.jsonl: line 2 is no JSON object"),
    "no Parquet": (b"PAR1 no more", "mine.parquet", "mine.parquet: could not be read as Parquet"),
}


@pytest.mark.parametrize(("content", "name", "told"), MISTAKES.values(), ids=MISTAKES)
def test_a_text_that_cannot_be_used_is_one_sentence(fresh: Project, content, name, told):
    """It names the file or the key, and what would do."""
    code, console = read(fresh, content, name)
    assert code != 0
    assert told in sentence(console)
    assert (fresh.folder / name).read_bytes() == content
    assert not (fresh.results / "tokens.parquet").exists()


def test_a_text_that_is_too_short_is_one_sentence(fresh: Project):
    """How many sequences it gives, and how many are needed."""
    code, console = read(fresh, b"A first document.\n\nA second one.", separator="\n\n")
    assert code != 0
    assert "training sequences of 16 tokens, at least 16 are needed" in sentence(console)


@pytest.mark.parametrize("kind", ["txt", "jsonl"])
def test_a_text_of_ones_own_becomes_tokens(fresh: Project, kind: str):
    """Documents of a cut text file, or of a JSON file with a key of the user's choice."""
    documents = [f"Document {number}. " + WORDS * 20 for number in range(40)]
    if kind == "txt":
        content, choice = "\n---\n".join(documents), {"separator": "\n---\n"}
    else:
        content, choice = "\n".join(json.dumps({"body": d}) for d in documents), {"field": "body"}
    code, console = read(fresh, content.encode(), f"mine.{kind}", **choice)
    assert code == 0, console
    tokens = pd.read_parquet(fresh.results / "tokens.parquet")
    assert set(tokens["split"]) == {"train", "eval"}
    summary = json.loads((fresh.results / "corpus.json").read_text())
    assert summary["documents"] == len(documents) and summary["source"] == "text"


def refused(project: Project, changes: dict) -> list[str]:
    """The lines that a config is refused with before anything has run."""
    code, console = project.run(changes=changes)
    assert code != 0
    assert "Traceback" not in console and "Building DAG" not in console
    assert not project.results.exists()
    at = console.splitlines()
    first = next(i for i, line in enumerate(at) if line.startswith("config: "))
    return [line.strip() for line in at[first:] if line.strip()]


def test_three_mistakes_in_a_config_are_told_at_once(fresh: Project):
    """One line each, with what would be valid."""
    changes = {"seed": -1, "model": {"heads": 5}, "metrics": {"sparsity": {"nonlinearity": "sign"}}}
    headline, *lines = refused(fresh, changes)
    assert headline == "config: 3 problems, nothing was run"
    assert sorted(line.split(":")[0] for line in lines) == [
        "metrics.sparsity.nonlinearity",
        "model.heads",
        "seed",
    ]


def test_an_unknown_key_is_told_with_the_nearest(fresh: Project):
    """A typing error is no default in silence."""
    lines = refused(fresh, {"directions": {"cuont": 12}})
    assert lines[1] == "directions.cuont: unknown key; did you mean directions.count?"


def test_a_path_that_is_not_there_is_told(fresh: Project):
    """Before any job runs."""
    _, line = refused(fresh, {"corpus": {"source": "text", "paths": ["nowhere.txt"]}})
    assert line.startswith("corpus.paths: found 'nowhere.txt'; valid: an existing folder")


def test_results_that_cannot_be_written_are_told(fresh: Project):
    """A file where a folder is needed."""
    Path(fresh.folder, "taken").touch()
    _, line = refused(fresh, {"results": "taken/results"})
    assert line.startswith("results: found 'taken/results'; valid: a folder")
    assert line.endswith("taken is a file")


def test_an_edit_inside_a_folder_of_texts_is_noticed(fresh: Project):
    """A changed, a new or a removed file of the folder is a changed text."""
    texts = fresh.folder / "texts"
    texts.mkdir()
    for name in ("one", "two"):
        (texts / f"{name}.txt").write_text(f"{name}: {WORDS}")
    target = "results-tiny/documents.parquet"
    changes = {"corpus": {"source": "text", "paths": ["texts"]}}
    fresh.make(target, changes=changes)
    assert fresh.pending(target, changes=changes) == {}
    due = {"documents.parquet": "corpus"}
    (texts / "one.txt").write_text(f"one: {WORDS.upper()}")
    assert fresh.pending(target, changes=changes) == due
    (texts / "one.txt").write_text(f"one: {WORDS}")
    (texts / "three.txt").write_text(WORDS)
    assert fresh.pending(target, changes=changes) == due
    (texts / "three.txt").unlink()
    (texts / "two.txt").unlink()
    assert fresh.pending(target, changes=changes) == due


def test_other_weights_in_a_models_folder_are_noticed(fresh: Project):
    """Also in TransformerLens's own format; not what its training left beside them."""
    folder = fresh.folder / "theirs"
    folder.mkdir()
    tiny_own_format.put(folder)
    tiny_own_format.speak(folder)
    target = "results-tiny/model/model.safetensors"
    changes = {
        "model": {"source": "local", "path": "theirs"},
        "corpus": {"tokenizer": "model"},
    }
    fresh.make(target, changes=changes)
    (folder / "checkpoint_5.pth").write_bytes(b"half a model")
    assert fresh.pending(target, changes=changes) == {}
    weights = tiny_own_format.stored()
    weights["embed.W_E"] *= -1
    tiny_own_format.put(folder, state=weights)
    pending = fresh.pending(target, changes=changes)
    assert pending["model/model.safetensors"] == "load_model"
    assert set(pending.values()) == {"load_model"}
