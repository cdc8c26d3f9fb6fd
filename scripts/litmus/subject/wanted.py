"""What is wanted of a repository on the hub, and the sentence where it cannot be had."""

from pathlib import Path
from typing import NamedTuple

from huggingface_hub import constants, errors

# What a download may raise.
TOLD = (errors.EntryNotFoundError, errors.HTTPError, errors.HFValidationError, OSError)


class Wanted(NamedTuple):
    """Something of a model's in a repository, and what a message says of it."""

    repository: str
    # What the repository is, e.g. `gpt2`, or `the tokenizer of gelu-2l`.
    name: str
    needed: str = "config.json, model.safetensors and tokenizer.json (or vocab.json and merges.txt)"
    # What to download of the repository; nothing: all of it.
    only: tuple[str, ...] = ()


def sentence(error: Exception, wanted: Wanted, revision: str | None) -> str:
    """What `error` of the hub's library means for the user."""
    repository, name = wanted.repository, wanted.name
    if isinstance(error, errors.GatedRepoError):
        return (
            f"model.name: {name} is gated; accept its terms on the page of {repository} on the "
            "hub, and log in with `hf auth login` or set HF_TOKEN"
        )
    misspelt = isinstance(error, errors.HFValidationError)
    if isinstance(error, errors.RevisionNotFoundError) or (misspelt and revision):
        return (
            f"model.revision: found {revision!r}; valid: null, or a branch, tag or commit of "
            f"{repository}"
        )
    if isinstance(error, errors.RepositoryNotFoundError) or misspelt:
        return (
            f"model.name: {name} is {repository} on the hub, which does not have it, or not for "
            "you; valid: a public model, or a private one after `hf auth login`"
        )
    if isinstance(error, errors.LocalEntryNotFoundError | errors.OfflineModeIsEnabled):
        return lacking(wanted)
    if isinstance(error, errors.EntryNotFoundError):
        return (
            f"model.name: {name} is {repository} on the hub, which lacks a file that is needed "
            f"({_first(error)}); needed: {wanted.needed}"
        )
    if isinstance(error, errors.HTTPError | ConnectionError | TimeoutError):
        return f"{lacking(wanted)} (the hub said: {_first(error)})"
    return (
        f"model.name: {name} could not be kept in {constants.HF_HUB_CACHE} ({_first(error)}); "
        "valid: a folder with room for it, which HF_HOME names"
    )


def lacking(wanted: Wanted, part: str = "") -> str:
    """That something is not in the cache, and how it gets there."""
    repository = wanted.repository
    folder = Path(constants.HF_HUB_CACHE, f"models--{repository.replace('/', '--')}")
    offline = constants.is_offline_mode()
    why = "HF_HUB_OFFLINE forbids asking the hub" if offline else "the hub does not answer"
    return (
        f"model.name: {part}{wanted.name} is not in {folder}, and {why}; needed: {wanted.needed}; "
        f"run `{' '.join(('hf download', repository, *wanted.only))}` on a machine with a network "
        "and copy that folder from there, or put these files into a folder of yours and set "
        "model.source: local and model.path"
    )


def _first(error: Exception) -> str:
    """The first line of a message, which may be long."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
