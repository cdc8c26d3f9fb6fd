"""The checks between the keys of the dictionary."""

from pathlib import Path

from litmus.settings.checks import check

FILES = ("cfg.json", "sae_weights.safetensors")


@check("dictionary.path", "dictionary.source")
def a_folder_goes_with_local(path: str | None, source: str) -> str | None:
    """It is named exactly where it is read, and holds what SAELens saves."""
    valid = f"a folder with {' and '.join(FILES)}, as SAELens saves a dictionary"
    if source != "local":
        told = f"null with dictionary.source: {source}; to read this folder, set it to local"
        return told if path is not None else None
    if path is None:
        return f"{valid}, for dictionary.source is local"
    if not Path(path).is_dir():
        return valid if Path(path).exists() else f"{valid}; there is no such folder"
    missing = [name for name in FILES if not Path(path, name).is_file()]
    return f"{valid}; it holds no {missing[0]}" if missing else None


def of_a_release(value: str | None, source: str) -> str | None:
    """What is fetched is named by both keys, exactly where it is fetched."""
    if source == "hub" and value is None:
        return "text that is not empty, for dictionary.source is hub"
    if source != "hub" and value is not None:
        return f"null with dictionary.source: {source}; to fetch it, set that to hub"
    return None


for name in ("release", "id"):
    check(f"dictionary.{name}", "dictionary.source")(of_a_release)
