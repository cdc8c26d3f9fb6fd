"""Which dictionaries SAELens can fetch, from its own list, without importing it: that takes
seconds, and the workflow wants to know before anything runs."""

import difflib
import re
from importlib.util import find_spec
from pathlib import Path

from litmus.errors import LitmusError

LIST = "pretrained_saes.yaml"
RELEASE = re.compile(r"^([^\s#][^:]*):\s*$")
ID = re.compile(r"^  (?:- |  )id: (.+?)\s*$")
NEAR = 3  # names that are suggested


def releases() -> dict[str, list[str]]:
    """Every release with the ids of its dictionaries; none where SAELens is not installed.

    Read line by line: a YAML parser takes seconds for the file.
    """
    found = find_spec("sae_lens")
    if found is None or found.origin is None:
        return {}
    known: dict[str, list[str]] = {}
    ids: list[str] = []
    for line in Path(found.origin).with_name(LIST).read_text(encoding="utf-8").splitlines():
        if release := RELEASE.match(line):
            ids = known.setdefault(release[1].strip("'\""), [])
        elif one := ID.match(line):
            ids.append(one[1].strip("'\""))
    return known


def check(release: str, name: str) -> None:
    """Refuse what SAELens's list does not hold; a repository of the hub, `owner/name`, may be any.

    Args:
        release: the config's `dictionary.release`.
        name: its `dictionary.id`.

    Raises:
        LitmusError: there is no such release, or no such dictionary in it; tells the nearest.
    """
    known = releases()
    if not known or (release not in known and "/" in release):
        return
    if release not in known:
        raise LitmusError(
            f"dictionary.release: found {release!r}, which SAELens does not know; nearest: "
            f"{_nearest(release, list(known))}, or a repository of the hub, owner/name"
        )
    if name not in known[release]:
        raise LitmusError(
            f"dictionary.id: found {name!r}, which is not in {release}; nearest: "
            f"{_nearest(name, known[release])}"
        )


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=NEAR, cutoff=0.3)
    return ", ".join(near or known[:NEAR])
