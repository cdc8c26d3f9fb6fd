"""What the hub's errors mean for a user who named a dictionary, and which files are wanted."""

from pathlib import Path

from huggingface_hub import constants, errors
from sae_lens.constants import SAE_CFG_FILENAME, SAE_WEIGHTS_FILENAME
from sae_lens.loading.pretrained_saes_directory import get_pretrained_saes_directory

FILES = (SAE_CFG_FILENAME, SAE_WEIGHTS_FILENAME)
LONGEST = 200  # characters of another library's message that are passed on


def sentence(error: Exception, where: str, release: str, repository: str, folder: str) -> str:
    """What an error of the hub's library, or of SAELens, means for the user."""
    if isinstance(error, errors.GatedRepoError):
        return (
            f"{where}: {repository} is gated; accept its terms on its page of the hub, and log in "
            "with `hf auth login` or set HF_TOKEN"
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return (
            f"dictionary.release: found {release!r}, but the hub has no {repository}, or not for "
            "you; valid: a release of SAELens, or a repository of the hub, owner/name"
        )
    away = (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled, ConnectionError)
    if isinstance(error, (*away, TimeoutError)) or _is(error, "ConnectionError", "ConnectError"):
        return f"{where}: {lacking(release, repository, folder)}"
    if isinstance(error, errors.EntryNotFoundError):
        return (
            f"{where}: {repository} on the hub has no such file ({first(error)}); valid: an id "
            f"that names a folder with {' and '.join(FILES)}"
        )
    if isinstance(error, errors.HfHubHTTPError):
        return f"{where}: {lacking(release, repository, folder)} (the hub said: {first(error)})"
    return f"{where}: SAELens cannot load it ({first(error)})"


def lacking(release: str, repository: str, folder: str) -> str:
    """Which files are not in the cache, and how they get there."""
    cache = Path(constants.HF_HUB_CACHE, f"models--{repository.replace('/', '--')}")
    why = "HF_HUB_OFFLINE forbids" if constants.is_offline_mode() else "there is no answer to"
    plain = in_saelens_format(release)
    files = " and ".join(f"{folder}/{name}" for name in FILES) if plain else f"those of {folder}"
    other = (
        ", or put the two into a folder of yours and set dictionary.source: local and "
        "dictionary.path"
        if plain
        else ""
    )
    return (
        f"it is not in {cache} and {why} asking the hub; needed: {files}; fetch them with "
        f"`hf download {repository} --include '{folder}*'` on a machine with a network and copy "
        f"that folder{other}"
    )


def _is(error: BaseException | None, *names: str) -> bool:
    """Whether an exception, or one that it was raised from, goes by one of these names."""
    while error is not None:
        if {kind.__name__ for kind in type(error).__mro__} & set(names):
            return True
        error = error.__cause__
    return False


def in_saelens_format(release: str) -> bool:
    """Whether its dictionaries are two files of SAELens's own."""
    listed = get_pretrained_saes_directory().get(release)
    return listed is None or listed.conversion_func is None


def first(error: BaseException) -> str:
    """The beginning of a message, which may be long."""
    return " ".join(str(error).split())[:LONGEST] or type(error).__name__
