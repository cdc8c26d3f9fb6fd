"""A TransformerLens model's files, from the Hugging Face cache or hub."""

import difflib
import json
from pathlib import Path
from typing import NamedTuple

from huggingface_hub import errors, hf_hub_download
from transformer_lens.loading_from_pretrained import make_model_alias_map

from litmus.errors import LitmusError
from litmus.subject import own_format
from litmus.subject.vocabulary import FILES
from litmus.subject.wanted import TOLD, Wanted, lacking, sentence

# As transformers looks for them.
WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
OTHERS = ("merges.txt", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
# Whose models are stored in TransformerLens's own format.
OF_ITS_OWN = ("NeelNanda/", "ArthurConmy/", "Baidicoot/")


class Files(NamedTuple):
    """Where a model's files are in the cache."""

    folder: Path
    # With the tokenizer, which may be a repository of its own.
    words: Path
    # That repository with its commit.
    tokenizer: str | None = None


def official(name: str) -> str:
    """The repository of the model that TransformerLens calls `name`.

    Raises:
        LitmusError: it knows none; tells the nearest names.
    """
    known = make_model_alias_map()
    repository = known.get(name.lower())
    if repository is None:
        near = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.4) or ["gpt2"]
        raise LitmusError(
            f"model.name: found {name!r}; valid: a name that TransformerLens knows, the nearest "
            f"being {', '.join(near)}; any other model can be read with model.source: local"
        )
    return repository


def fetch(name: str, revision: str | None = None) -> Files:
    """The folder in the cache with the files of one commit, fetched where they are not there yet.

    Args:
        name: TransformerLens's.
        revision: branch, tag or commit; None: the newest, or offline the newest in the cache.

    Raises:
        LitmusError: unknown name or revision, a gated or missing model, no network; of a model in
            TransformerLens's own format also that it is not supported.
    """
    wanted, folder = _found(name, revision)
    commit = folder.name  # all of one commit, should the branch move meanwhile
    if own_format.recognised(folder):
        return _own(wanted, folder)
    weights = _needed(wanted, commit)
    if weights.endswith(".index.json"):
        parts = json.loads((folder / weights).read_text(encoding="utf-8"))["weight_map"].values()
        for part in dict.fromkeys(parts):
            _file(wanted, part, commit)
    for other in OTHERS:
        _optional(wanted, other, commit)
    return Files(folder, folder)


def looked_up(name: str, revision: str | None = None) -> Path:
    """The folder in the cache with the model's config.json; no weights are fetched.

    Raises:
        LitmusError: as `fetch`; weights and tokenizer are asked for, too.
    """
    wanted, folder = _found(name, revision)
    if own_format.recognised(folder):
        _own(wanted, folder, ask_only=True)
    else:
        _needed(wanted, folder.name, ask_only=True)
    return folder


def _found(name: str, revision: str | None) -> tuple[Wanted, Path]:
    """What is wanted of the model's repository, and the folder with its config.json."""
    wanted = Wanted(official(name), name)
    if wanted.repository.startswith(OF_ITS_OWN):
        needed = "config.json, the tokenizer that it names as tokenizer_name, and"
        only = ("config.json", own_format.WEIGHTS)  # beside it may be checkpoints of its training
        wanted = wanted._replace(needed=f"{needed} {own_format.WEIGHTS}", only=only)
    return wanted, Path(_file(wanted, "config.json", revision)).parent


def _needed(wanted: Wanted, commit: str, *, ask_only: bool = False) -> str:
    """The file of the weights, which is there, as is a tokenizer."""

    def there(file: str) -> bool:
        return _optional(wanted, file, commit, ask_only=ask_only)

    weights = next(filter(there, WEIGHTS), None)
    if weights is None:
        raise LitmusError(lacking(wanted, "the weights (model.safetensors) of "))
    if not list(filter(there, FILES)):
        raise LitmusError(lacking(wanted, "the tokenizer (tokenizer.json) of "))
    return weights


def _own(wanted: Wanted, folder: Path, *, ask_only: bool = False) -> Files:
    """Weights and tokenizer of a model in TransformerLens's own format, if it is supported."""
    where = f"model.name: found {wanted.name!r}"
    own_format.config(folder, where)
    words = Wanted(
        own_format.tokenizer(folder, where),
        f"the tokenizer of {wanted.name}",
        "tokenizer.json and tokenizer_config.json",
    )
    if not _optional(wanted, own_format.WEIGHTS, folder.name, ask_only=ask_only):
        raise LitmusError(lacking(wanted, f"the weights ({own_format.WEIGHTS}) of "))
    place = Path(_file(words, "tokenizer.json", None)).parent
    for other in OTHERS:
        _optional(words, other, place.name)
    return Files(folder, place, f"{words.repository}@{place.name}")


def _optional(wanted: Wanted, file: str, revision: str, *, ask_only: bool = False) -> bool:
    """Whether the repository has such a file; in the cache too then, but if it is only asked."""
    try:
        hf_hub_download(wanted.repository, file, revision=revision, dry_run=ask_only)
    except errors.EntryNotFoundError:
        return False
    except TOLD as error:
        raise LitmusError(sentence(error, wanted, revision)) from error
    return True


def _file(wanted: Wanted, file: str, revision: str | None) -> str:
    """The path of a file that must be there."""
    try:
        return hf_hub_download(wanted.repository, file, revision=revision)
    except TOLD as error:
        raise LitmusError(sentence(error, wanted, revision)) from error
