"""A TransformerLens model's files, from the Hugging Face cache or hub."""

import difflib
import json
from pathlib import Path

from huggingface_hub import constants, errors, hf_hub_download
from transformer_lens.loading_from_pretrained import make_model_alias_map

from litmus.errors import LitmusError
from litmus.subject.vocabulary import FILES

# As transformers looks for them.
WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
OTHERS = ("merges.txt", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
# What a download may raise.
TOLD = (errors.EntryNotFoundError, errors.HTTPError, errors.HFValidationError, OSError)
# Kept in formats that only TransformerLens reads.
OF_ITS_OWN = ("NeelNanda/", "ArthurConmy/", "Baidicoot/")
NEEDED = "config.json, model.safetensors and tokenizer.json (or vocab.json and merges.txt)"


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
    if repository.startswith(OF_ITS_OWN):
        raise LitmusError(
            f"model.name: {name} is {repository}, which is not stored as transformers stores "
            "models, and is not supported; valid: a model that transformers loads"
        )
    return repository


def fetch(name: str, revision: str | None = None) -> Path:
    """The folder in the cache with the files of one commit, fetched where they are not there yet.

    Args:
        name: TransformerLens's.
        revision: branch, tag or commit; None: the newest, or offline the newest in the cache.

    Raises:
        LitmusError: unknown name or revision, a gated or missing model, no network.
    """
    repository = official(name)
    folder = Path(_file(repository, "config.json", revision, name)).parent
    commit = folder.name  # all of one commit, should the branch move meanwhile
    weights = _needed(repository, commit, name)
    if weights.endswith(".index.json"):
        parts = json.loads((folder / weights).read_text(encoding="utf-8"))["weight_map"].values()
        for part in dict.fromkeys(parts):
            _file(repository, part, commit, name)
    for other in OTHERS:
        _optional(repository, other, commit, name)
    return folder


def looked_up(name: str, revision: str | None = None) -> Path:
    """The folder in the cache with the model's config.json; no weights are fetched.

    Raises:
        LitmusError: as `fetch`; weights and tokenizer are asked for, too.
    """
    repository = official(name)
    folder = Path(_file(repository, "config.json", revision, name)).parent
    _needed(repository, folder.name, name, ask_only=True)
    return folder


def _needed(repository: str, commit: str, name: str, *, ask_only: bool = False) -> str:
    """The file of the weights, which is there, as is a tokenizer."""

    def there(file: str) -> bool:
        return _optional(repository, file, commit, name, ask_only=ask_only)

    weights = next(filter(there, WEIGHTS), None)
    if weights is None:
        raise LitmusError(_lacking(name, repository, "weights (model.safetensors)"))
    if not list(filter(there, FILES)):
        raise LitmusError(_lacking(name, repository, "tokenizer (tokenizer.json)"))
    return weights


def _optional(
    repository: str, file: str, revision: str, name: str, *, ask_only: bool = False
) -> bool:
    """Whether the repository has such a file; in the cache too then, but if it is only asked."""
    try:
        hf_hub_download(repository, file, revision=revision, dry_run=ask_only)
    except errors.EntryNotFoundError:
        return False
    except TOLD as error:
        raise LitmusError(sentence(error, name, repository, revision)) from error
    return True


def _file(repository: str, file: str, revision: str | None, name: str) -> str:
    """The path of a file that must be there."""
    try:
        return hf_hub_download(repository, file, revision=revision)
    except TOLD as error:
        raise LitmusError(sentence(error, name, repository, revision)) from error


def sentence(error: Exception, name: str, repository: str, revision: str | None) -> str:
    """What `error` of the hub's library means for the user."""
    if isinstance(error, errors.GatedRepoError):
        return (
            f"model.name: {name} is gated; accept its terms on the page of {repository} on the "
            "hub, and log in with `hf auth login` or set HF_TOKEN"
        )
    if isinstance(error, errors.RevisionNotFoundError | errors.HFValidationError):
        return (
            f"model.revision: found {revision!r}; valid: null, or a branch, tag or commit of "
            f"{repository}"
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return (
            f"model.name: {name} is {repository} on the hub, which does not have it, or not for "
            "you; valid: a public model, or a private one after `hf auth login`"
        )
    if isinstance(error, errors.LocalEntryNotFoundError | errors.OfflineModeIsEnabled):
        return _lacking(name, repository, "model")
    if isinstance(error, errors.EntryNotFoundError):
        return (
            f"model.name: {name} is {repository} on the hub, which lacks a file that is needed "
            f"({_first(error)}); valid: a model saved by transformers"
        )
    if isinstance(error, errors.HTTPError | ConnectionError | TimeoutError):
        return f"{_lacking(name, repository, 'model')} (the hub said: {_first(error)})"
    return (
        f"model.name: {name} could not be kept in {constants.HF_HUB_CACHE} ({_first(error)}); "
        "valid: a folder with room for it, which HF_HOME names"
    )


def _lacking(name: str, repository: str, what: str) -> str:
    """That something is not in the cache, and how it gets there."""
    folder = Path(constants.HF_HUB_CACHE, f"models--{repository.replace('/', '--')}")
    offline = constants.is_offline_mode()
    why = "HF_HUB_OFFLINE forbids asking the hub" if offline else "the hub does not answer"
    return (
        f"model.name: the {what} of {name} is not in {folder}, and {why}; needed: {NEEDED}; run "
        f"`hf download {repository}` on a machine with a network and copy that folder from there, "
        "or put these files into a folder of yours and set model.source: local and model.path"
    )


def _first(error: Exception) -> str:
    """The first line of a message, which may be long."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
