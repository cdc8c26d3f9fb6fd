import os
import platform
import re
import shutil
import subprocess

from litmus.corpus.files import files
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
    """The commit this checkout is at, `-dirty` where its code is changed; unknown outside git."""

    def git(*arguments):
        return subprocess.run(
            ["git", "-C", str(BASE), *arguments], capture_output=True, text=True, timeout=10
        )

    try:
        found = git("rev-parse", "--short", "HEAD").stdout.strip()
        changed = git("diff", "--quiet", "HEAD", "--", "Snakefile", "rules", "scripts", "envs")
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return f"{found}-dirty" if found and changed.returncode else found or "unknown"


def gpus():
    """How many GPUs a job that can use one asks for: none where there is none."""
    present = shutil.which("nvidia-smi") or "CUDA_VISIBLE_DEVICES" in os.environ
    return int(config["device"] == "cuda" or (config["device"] == "auto" and bool(present)))


def jobs():
    """The names of this run's jobs, as their benchmark files have them: those of others may lie
    beside them."""
    once = ["corpus", "tokens", "train_model", "activations", "train_dictionary"]
    return (
        once
        + ["dictionary_quality", "separation", "provenance"]
        + [
            *expand(
                "{stage}/{group}/{chunk}",
                stage=["directions", *FAMILIES],
                group=GROUPS,
                chunk=CHUNKS,
            ),
            *expand("gather/{family}", family=FAMILIES),
            *expand("gather/{family}_traces", family=CHAINED),
            *expand("figures/{figure}", figure=[*METRICS, "overview", "training"]),
            *expand("figures/{family}_traces", family=CHAINED),
        ]
    )


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
CHAINED = [family for family in FAMILIES if getattr(SETTINGS.metrics, family).chained]
TEMPLATE = {".html", ".css", ".js"}
GPUS = gpus()
