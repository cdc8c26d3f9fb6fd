"""Which files the user's paths name; light, for the workflow itself asks too."""

from pathlib import Path

ENDINGS = (".txt", ".md", ".jsonl", ".parquet")


def files(paths: list[str]) -> list[Path]:
    """The files that `paths` name, folders searched for `ENDINGS`, sorted by name."""
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            found += [p for p in path.rglob("*") if p.suffix in ENDINGS and p.is_file()]
        else:
            found.append(path)
    return sorted(found)
