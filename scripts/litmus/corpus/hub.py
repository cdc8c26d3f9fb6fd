"""A dataset of the Hugging Face hub, read as a stream: nothing is downloaded that is not read."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from litmus.corpus import columns
from litmus.corpus.columns import TokenDocument
from litmus.corpus.sources import Document
from litmus.errors import LitmusError

ROWS = 256  # of the dataset, that are held at once
COMMIT = re.compile(r"[0-9a-f]{40}")
# Names of exceptions, for they come from libraries under `datasets` that change.
AWAY = {
    "ConnectionError",
    "ConnectError",
    "TimeoutError",
    "TimeoutException",
    "TransportError",
    "OfflineModeIsEnabled",
    "LocalEntryNotFoundError",
}
NO_FILES = {"EmptyDatasetError", "DataFilesNotFoundError"}
NOT_THERE = {"DatasetNotFoundError", "RepositoryNotFoundError"}


class Where(NamedTuple):
    """What the config says of the dataset."""

    dataset: str
    subset: str | None
    split: str
    revision: str | None


class Stream(NamedTuple):
    """The documents of a dataset, and the commit of it that they are from, where it is known."""

    documents: Iterator[Document | TokenDocument]
    commit: str | None


def stream(where: Where, field: str, builder: Callable[..., Any] | None = None) -> Stream:
    """The documents of one split, in the dataset's own order.

    Args:
        where: the dataset.
        field: the column that holds texts, or lists of token ids.
        builder: `datasets.load_dataset_builder`, or what stands in for it.

    Raises:
        LitmusError: the hub is away and the cache has no copy; or there is no such dataset,
            subset, split, revision or column, or it may not be read.
    """
    with _told(where):
        if builder is None:
            from datasets import load_dataset_builder as builder
        built = builder(where.dataset, where.subset, revision=where.revision)
        commit = built.hash if COMMIT.fullmatch(str(built.hash)) else None
        if commit and COMMIT.fullmatch(where.revision or "") and commit != where.revision:
            raise LitmusError(
                f"corpus.revision: found '{where.revision}', but without the hub only the cached "
                f"{commit} of {where.dataset} can be read; name that one, or connect the machine"
            )
        splits = built.as_streaming_dataset()
    if where.split not in splits:
        raise LitmusError(
            f"corpus.split: found '{where.split}'; valid: {_one_of(splits)}, the splits of "
            f"{where.dataset}"
        )
    return Stream(_documents(splits[where.split], where, field), commit)


def _documents(split: Any, where: Where, field: str) -> Iterator[Document | TokenDocument]:
    with _told(where):
        batches = split.with_format("arrow").iter(batch_size=ROWS)
        yield from columns.documents(batches, field, f"{where.dataset}/{where.split}")


@contextmanager
def _told(where: Where) -> Iterator[None]:
    """Turn whatever the libraries raise into one sentence."""
    try:
        yield
    except LitmusError:
        raise
    except Exception as error:
        raise LitmusError(_sentence(where, error)) from error


def _sentence(where: Where, error: Exception) -> str:
    kinds, told = _kinds(error), " ".join(str(error).split())
    name = where.dataset
    if "GatedRepoError" in kinds or "gated dataset" in told:
        return (
            f"corpus.dataset: {name} is gated; accept its terms on its page of the hub, then log "
            "in with `hf auth login` or set HF_TOKEN"
        )
    if "RevisionNotFoundError" in kinds:
        valid = _one_of(_revisions(name)) or "a branch, tag or commit of the dataset"
        return f"corpus.revision: found '{where.revision}'; valid: null, or {valid}"
    if kinds & AWAY or "Hugging Face Hub either" in told:
        return (
            f"corpus.dataset: the hub cannot be reached for {name}, and the cache has no copy; "
            "connect the machine and leave HF_HUB_OFFLINE unset, or bring the folder HF_HOME from "
            f"one where datasets.load_dataset('{name}') was run, or read its files with "
            "corpus.source: text or tokens"
        )
    if kinds & NO_FILES or "Dataset scripts" in told:
        return (
            f"corpus.dataset: {name} holds no files that datasets reads; choose a dataset of "
            ".parquet, .json, .csv or .txt files, or corpus.revision: refs/convert/parquet"
        )
    if kinds & NOT_THERE:
        return (
            f"corpus.dataset: found '{name}', but the hub has no such dataset, or it is private; "
            "write it as on its page, e.g. NeelNanda/pile-10k, or log in with `hf auth login`"
        )
    if "ValueError" in kinds and (there := re.search(r"config.*?\[(.*?)\]", told, re.IGNORECASE)):
        found = "null" if where.subset is None else f"'{where.subset}'"
        return f"corpus.subset: found {found}; valid: {there[1].replace(chr(39), '')}"
    return f"corpus.dataset: {name} could not be read ({type(error).__name__}: {told[:300]})"


def _kinds(error: BaseException | None) -> set[str]:
    """The names of an exception's classes, and of those that it was raised from."""
    names: set[str] = set()
    while error is not None:
        names |= {kind.__name__ for kind in type(error).__mro__}
        error = error.__cause__
    return names


def _revisions(dataset: str) -> list[str]:
    """Branches and tags of a dataset, where the hub tells."""
    with suppress(Exception):
        from huggingface_hub import list_repo_refs

        refs = list_repo_refs(dataset, repo_type="dataset")
        return [ref.name for ref in [*refs.branches, *refs.tags]]
    return []


def _one_of(names: Any) -> str:
    return " or ".join(map(str, names))
