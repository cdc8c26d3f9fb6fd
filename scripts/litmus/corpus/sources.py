"""Where text comes from: what CPython ships, or the user's own files."""

import importlib
import json
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from litmus.corpus.files import files
from litmus.errors import LitmusError

# Tests are repetitive, installed packages differ between machines.
SKIPPED_FOLDERS = {"site-packages", "dist-packages", "test", "tests", "idle_test", "__pycache__"}


class Document(NamedTuple):
    """A piece of text that is never split between training and evaluation."""

    name: str
    text: str


def stdlib() -> list[Document]:
    """CPython's own reference text (`pydoc_data.topics`) and standard-library sources, by name.

    Sources in an encoding other than UTF-8 are left out: they are test cases for other encodings.

    Raises:
        LitmusError: this Python ships neither (some distributions strip them).
    """
    root = Path(sysconfig.get_paths()["stdlib"])
    documents = []
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root)
        if SKIPPED_FOLDERS.isdisjoint(inside.parts):
            try:
                documents.append(Document(inside.as_posix(), path.read_text(encoding="utf-8")))
            except UnicodeDecodeError:
                continue
    try:
        topics = importlib.import_module("pydoc_data.topics").topics
    except ModuleNotFoundError:
        topics = {}
    documents += [Document(f"topic:{name}", topics[name]) for name in sorted(topics)]
    if len(documents) < 100:
        raise LitmusError(
            f"corpus.source: found 'stdlib', but this Python ships only {len(documents)} source "
            "files; use a full CPython, or set corpus.source: text and name files in corpus.paths"
        )
    return documents


def text(paths: list[str], field: str, separator: str | None) -> list[Document]:
    """The documents in the user's files and folders, in the order of their names.

    Args:
        paths: files, or folders that are searched for `files.ENDINGS`.
        field: key in `.json` and `.jsonl`, column in `.parquet`, that holds the text.
        separator: cuts `.txt` and `.md` files into documents; None: a file is one document.

    Raises:
        LitmusError: a file is unreadable, not UTF-8, has no such field, or there is no text.
    """
    documents = []
    for path in files(paths):
        if path.suffix == ".json":
            texts = _json(path, field)
        elif path.suffix == ".jsonl":
            texts = _jsonl(path, field)
        elif path.suffix == ".parquet":
            texts = _parquet(path, field)
        else:
            whole = _decoded(path)
            texts = iter(whole.split(separator) if separator else [whole])
        documents += [
            Document(f"{path.as_posix()}:{i}", text) for i, text in enumerate(texts) if text.strip()
        ]
    if not documents:
        raise LitmusError(f"corpus.paths: found no text in {', '.join(paths)}")
    return documents


def _decoded(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise LitmusError(
            f"{path}: is not UTF-8 (byte {error.start} is 0x{error.object[error.start]:02x}); "
            "save it as UTF-8"
        ) from error
    except OSError as error:
        raise LitmusError(f"{path}: could not be read ({error.strerror})") from error


def _json(path: Path, field: str) -> Iterator[str]:
    try:
        items = json.loads(_decoded(path))
    except ValueError as error:
        raise LitmusError(f"{path}: is no JSON ({error})") from error
    if not isinstance(items, list):
        raise LitmusError(
            f"{path}: is no JSON list of texts, or of objects with a key '{field}'; make it one, "
            "or name the files to read in corpus.paths one by one"
        )
    for number, item in enumerate(items):
        value = item.get(field) if isinstance(item, dict) else item
        if not _is_text(value):
            raise LitmusError(
                f"{path}: item {number} is neither a text nor an object with a text at '{field}'; "
                "name the key that holds the text in corpus.field"
            )
        yield value


def _jsonl(path: Path, field: str) -> Iterator[str]:
    # Not splitlines(): JSON text may hold U+2028 and its like as they are.
    for number, line in enumerate(_decoded(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)[field]
        except (ValueError, KeyError, TypeError) as error:
            raise LitmusError(
                f"{path}: line {number} is no JSON object with a key '{field}'; "
                "name the key that holds the text in corpus.field"
            ) from error
        if not _is_text(value):
            raise LitmusError(f"{path}: '{field}' in line {number} is no text")
        yield value


def _is_text(value: object) -> bool:
    # JSON may escape half a surrogate pair, which UTF-8 cannot hold.
    return isinstance(value, str) and value == value.encode(errors="ignore").decode()


def _parquet(path: Path, field: str) -> Iterator[str]:
    # A user's file is never set aside as damaged: `reading` is for files the workflow can remake.
    try:
        schema = pq.read_schema(path)
        if field not in schema.names:
            raise LitmusError(
                f"{path}: has no column '{field}'; corpus.field may name one of "
                f"{', '.join(schema.names)}"
            )
        values = pq.read_table(path, columns=[field])[field].to_pylist()
    except (OSError, ValueError) as error:
        raise LitmusError(f"{path}: could not be read as Parquet ({error})") from error
    if not all(isinstance(value, str) for value in values):
        raise LitmusError(f"{path}: column '{field}' holds something other than text")
    yield from values
