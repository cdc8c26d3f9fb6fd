"""What a script's result depends on in code: its own modules and the pins of what they import.

Snakemake notices an edited script, but not an edited module that the script imports. Each rule
therefore carries a fingerprint of its modules as a parameter: an edit to one metric reruns that
metric and what follows from it, and nothing else.
"""

import ast
import hashlib
import re
from functools import cache
from pathlib import Path

# Where the name that is imported is not the name that is installed.
DISTRIBUTIONS = {"yaml": "pyyaml"}


def modules(source: Path, root: Path) -> tuple[set[Path], set[str]]:
    """The files under `root`/litmus that `source` needs, transitively, and other packages' names.

    Imports are read from the syntax tree, those inside functions included.
    """
    files: set[Path] = set()
    packages: set[str] = set()
    waiting = [source]
    while waiting:
        path = waiting.pop()
        if path in files:
            continue
        files.add(path)
        for name in _imported(path.read_text(encoding="utf-8")):
            if name.split(".")[0] != "litmus":
                packages.add(name.split(".")[0])
                continue
            # A package's __init__ runs before its modules do.
            parts = name.split(".")
            for depth in range(1, len(parts) + 1):
                stem = root.joinpath(*parts[:depth])
                waiting += [
                    p for p in (stem.with_suffix(".py"), stem / "__init__.py") if p.exists()
                ]
    return files, packages


def fingerprint(sources: list[Path], root: Path, pins: Path) -> str:
    """SHA-256 over the sorted names and bytes of all modules that `sources` need, and their pins.

    Args:
        sources: the script, and modules that it imports by a computed name.
        root: the folder that holds `litmus`.
        pins: a requirements file; only the lines of packages that are imported count.
    """
    files: set[Path] = set()
    packages: set[str] = set()
    for source in sources:
        more_files, more_packages = modules(source, root)
        files |= more_files
        packages |= more_packages
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    pinned = read_pins(pins)
    for package in sorted(packages):
        name = DISTRIBUTIONS.get(package, package).replace("_", "-").lower()
        digest.update(f"{name}=={pinned.get(name, '')}".encode())
    return digest.hexdigest()[:16]


def read_pins(path: Path) -> dict[str, str]:
    """Package → version from the `name==version` lines of a requirements file."""
    lines = (re.match(r"([\w.-]+)==([\w.+-]+)", line) for line in path.read_text().splitlines())
    return {m[1].replace("_", "-").lower(): m[2] for m in lines if m}


@cache  # by the text: most rules share most modules
def _imported(text: str) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from litmus import feature` may name a module or a function: try both.
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return names
