import os
import re
import subprocess

from snakemake.exceptions import WorkflowError

from litmus.directions.chunks import chunk_ids
from litmus.errors import LitmusError
from litmus.fingerprint import fingerprint, read_pins
from litmus.settings import read

BASE = Path(workflow.basedir)
PINS = Path(BASE, "envs", "requirements.txt")


def validated(raw):
    """The config with every value checked; all that is wrong with it in one message."""
    try:
        return read(raw)
    except LitmusError as error:
        print(f"\n{error}\n", file=sys.stderr)
        sys.exit(1)


def code(script, *modules):
    """Fingerprint of a script and of the modules that it imports by a computed name."""
    scripts = Path(BASE, "scripts")
    names = [Path(scripts, *module.split(".")).with_suffix(".py") for module in modules]
    return fingerprint([Path(scripts, script), *names], scripts, PINS)


def commit():
    """The commit this checkout is at, `-dirty` where it is changed; unknown outside git."""
    command = ["git", "-C", str(BASE), "describe", "--always", "--dirty", "--exclude=*"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except OSError:
        return "unknown"
    return found.stdout.strip() or "unknown"


def chunks_of(pattern):
    """`pattern` filled in for every group and chunk."""

    def paths(wildcards):
        return expand(
            pattern, group=GROUPS, chunk=CHUNKS, allow_missing=True, **dict(wildcards.items())
        )

    return paths


SETTINGS = validated(config)
config.update(SETTINGS.model_dump(mode="json"))
HOOK = config["hook"]
CONTROLS = config["directions"]["controls"]
GROUPS = ["sae", *CONTROLS]
CHUNKS = chunk_ids(config["directions"]["count"], config["directions"]["chunk"])
# A family is a block of the config; it yields one metric, or several that are computed together.
FAMILIES = SETTINGS.metrics.enabled()
METRICS = {metric: about._asdict() for metric, about in SETTINGS.metrics.about().items()}
# Those that run chains, and so leave traces.
CHAINED = [family for family in FAMILIES if family == "llc_functional"]
TEMPLATE = {".html", ".css", ".js"}
# A folded subject writes only what has mean zero over coordinates.
CENTRED = config["model"]["processing"] == "folded"
