"""The user's own text."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from litmus.corpus import sources
from litmus.errors import LitmusError


def texts(*paths, field="text", separator=None):
    """The texts of the documents in `paths`."""
    return [text for _, text in sources.text([str(p) for p in paths], field, separator)]


@pytest.fixture
def folder(tmp_path):
    """One file of each kind, one in a subfolder, and one of no kind."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "b.txt").write_text("from txt")
    (tmp_path / "sub" / "a.md").write_text("from md")
    rows = [{"text": "first line"}, {"text": "second line", "other": 1}]
    (tmp_path / "c.jsonl").write_text("\n\n".join(map(json.dumps, rows)) + "\n")
    (tmp_path / "sub" / "b.json").write_text(json.dumps(["item one", {"text": "item two"}]))
    pq.write_table(pa.table({"text": ["row one", "row two"]}), tmp_path / "a.parquet")
    (tmp_path / "ignored.csv").write_text("text\nno")
    return tmp_path


LINES, ROWS = ["first line", "second line"], ["row one", "row two"]
IN_ORDER = [*ROWS, "from txt", *LINES, "from md", "item one", "item two"]


def test_a_folders_files_of_the_five_kinds(folder):
    """By name, subfolders too."""
    assert texts(folder) == IN_ORDER


def test_the_order_of_the_paths_does_not_matter(folder):
    """Files come by name, however they are named in the config."""
    paths = [folder / "sub", folder / "c.jsonl", folder / "b.txt", folder / "a.parquet"]
    assert texts(*paths) == texts(*reversed(paths)) == IN_ORDER


def test_documents_are_named_after_their_file(folder):
    """And their number in it."""
    (first, second) = sources.text([str(folder / "c.jsonl")], "text", None)
    assert first.name == f"{(folder / 'c.jsonl').as_posix()}:0"
    assert second.name == f"{(folder / 'c.jsonl').as_posix()}:1"


def test_another_field_holds_the_text(folder):
    """A key of .json and .jsonl, a column of .parquet."""
    (folder / "d.json").write_text('[{"body": "item", "text": "text"}]')
    (folder / "d.jsonl").write_text('{"body": "body", "text": "text"}')
    pq.write_table(pa.table({"body": ["column"], "text": ["no"]}), folder / "d.parquet")
    paths = [folder / f"d.{ending}" for ending in ("json", "jsonl", "parquet")]
    assert texts(*paths, field="body") == ["item", "body", "column"]


def test_a_separator_cuts_plain_text(tmp_path):
    """Pieces of nothing but white space are dropped."""
    (tmp_path / "t.txt").write_text("one\n===\ntwo\n===\n \n===\nthree")
    assert texts(tmp_path / "t.txt", separator="===\n") == ["one\n", "two\n", "three"]
    assert len(texts(tmp_path / "t.txt")) == 1


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85"])
def test_only_newlines_end_a_line_of_jsonl(character, tmp_path):
    """Unicode's other line breaks may stand in a JSON text as they are."""
    text = f"one{character}two"
    line = json.dumps({"text": text}, ensure_ascii=False)
    (tmp_path / "t.jsonl").write_text(line + "\n", encoding="utf-8")
    assert texts(tmp_path / "t.jsonl") == [text]


@pytest.mark.parametrize(
    "name, content", [("t.jsonl", '{"text": "x"}'), ("t.json", '["x"]'), ("t.txt", "x")]
)
def test_windows_files(name, content, tmp_path):
    """A byte order mark and carriage returns are no part of the text."""
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + content.encode() + b"\r\n")
    assert texts(tmp_path / name)[0].rstrip("\n") == "x"


@pytest.mark.parametrize(
    "name, content, sentence",
    [
        ("t.txt", b"caf\xe9 au lait", r"t\.txt: is not UTF-8 \(byte 3 is 0xe9\)"),
        ("t.jsonl", b'{"text": "\xff"}', r"is not UTF-8 \(byte 10 is 0xff\)"),
        ("t.jsonl", b'{"text": "x"}\n{"other": 1}', r"line 2 is no JSON object with a key 'text'"),
        ("t.jsonl", b'{"text": "x"}\n\n{"te', r"line 3 is no JSON object"),
        ("t.jsonl", b'["text"]', r"line 1 is no JSON object"),
        ("t.jsonl", b'{"text": 5}', r"'text' in line 1 is no text"),
        ("t.jsonl", b'{"text": null}', r"'text' in line 1 is no text"),
        ("t.jsonl", b'{"text": "\\ud800"}', r"'text' in line 1 is no text"),
        (
            "t.json",
            b'{"text": "x"}',
            r"t\.json: is no JSON list of texts, or of objects with a key",
        ),
        ("t.json", b'["x", {"other": 1}]', r"item 1 is neither a text nor an object with a text"),
        ("t.json", b'["x", 5]', r"item 1 is neither a text nor"),
        ("t.json", b'["x", ', r"t\.json: is no JSON \("),
        ("t.json", b"[]", r"corpus\.paths: found no text"),
        ("t.json", b'["\xff"]', r"is not UTF-8 \(byte 2 is 0xff\)"),
        ("t.parquet", b"PAR1 nothing", r"t\.parquet: could not be read as Parquet"),
        ("t.txt", b"", r"corpus\.paths: found no text in \S+t\.txt"),
        ("t.txt", b" \n\t\n", r"corpus\.paths: found no text"),
        ("t.jsonl", b"\n", r"corpus\.paths: found no text"),
    ],
)
def test_a_bad_file_is_one_sentence(name, content, sentence, tmp_path):
    """It names the file, the place in it, and what was expected."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LitmusError, match=sentence):
        texts(tmp_path / name)
    assert (tmp_path / name).read_bytes() == content


@pytest.mark.parametrize(
    "column, sentence",
    [
        ({"body": ["x"], "title": ["y"]}, "has no column 'text'.* one of body, title"),
        ({"text": [1, 2]}, "column 'text' holds something other than text"),
        ({"text": ["x", None]}, "column 'text' holds something other than text"),
    ],
)
def test_a_wrong_column_is_one_sentence(column, sentence, tmp_path):
    """It says which there are."""
    pq.write_table(pa.table(column), tmp_path / "t.parquet")
    with pytest.raises(LitmusError, match=sentence):
        texts(tmp_path / "t.parquet")


@pytest.mark.parametrize("name", ["t.txt", "t.json", "t.jsonl", "t.parquet"])
def test_a_missing_file_is_one_sentence(name, tmp_path):
    """Whatever its kind."""
    with pytest.raises(LitmusError, match=rf"{name}: could not be read"):
        texts(tmp_path / name)


def test_an_empty_folder_is_one_sentence(tmp_path):
    """It names the key and the folder."""
    with pytest.raises(LitmusError, match=r"corpus\.paths: found no text in"):
        texts(tmp_path)
