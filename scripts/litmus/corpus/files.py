"""Which files the user's paths name; light, for the workflow itself asks too."""

from pathlib import Path

ENDINGS = (".txt", ".md", ".json", ".jsonl", ".parquet")
TOKEN_ENDINGS = (".parquet",)
WHOLE = ("tokenizer.json",)
PAIR = ("vocab.json", "merges.txt")


def files(paths: list[str], endings: tuple[str, ...] = ENDINGS) -> list[Path]:
    """The files that `paths` name, folders searched for `endings`, sorted by name."""
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            found += [p for p in path.rglob("*") if p.suffix in endings and p.is_file()]
        else:
            found.append(path)
    return sorted(found)


def tokenizer_files(path: str | Path) -> list[Path]:
    """What a tokenizer is read from: a `tokenizer.json`, or GPT-2's pair where a folder has that.

    A folder's `tokenizer.json` goes before the pair, for it says more.
    """
    path = Path(path)
    if not path.is_dir():
        return [path]
    names = PAIR if not (path / WHOLE[0]).is_file() and (path / PAIR[0]).is_file() else WHOLE
    return [path / name for name in names]
