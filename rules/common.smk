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
TRIED = 8  # settings a job of calibration tries; more settings add jobs and touch no full one
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
            *(["ablation_agreement"] if ABLATION_TABLES else []),
            *(["agreement", "figures/agreement"] if AGREEMENT else []),
            *(["study_summary", "gather/study"] if STUDIED else []),
            *expand("study/{cell}", cell=CELLS),
            *(f"figures/{Path(path).stem}" for path in ABLATION_FIGURES),
            *expand("plateaus/{experiment}", experiment=PLATEAU_FIGURES),
            *expand("figures/plateau_{experiment}", experiment=PLATEAU_FIGURES),
            *(["dictionary_sensitivity", "figures/whole_dictionary"] if WHOLE_DICTIONARY else []),
            *expand("calibration/{job}", job=TRIALS),
            *expand("calibration/{family}", family=CALIBRATED),
            *expand("figures/{family}_calibration", family=CALIBRATED),
            *expand("gather/{family}_{what}", family=CHAINED, what=["traces", "diagnostics"]),
            *expand("figures/{figure}", figure=[*SHOWN, "overview", "training"]),
            *expand("figures/{metric}_traces", metric=TRACED),
        ]
    )


def chunks_of(pattern):
    """`pattern` filled in for every group and chunk."""

    def paths(wildcards):
        return expand(
            pattern, group=GROUPS, chunk=CHUNKS, allow_missing=True, **dict(wildcards.items())
        )

    return paths


def family_of(wildcards):
    """The family that a metric is of."""
    return METRICS[wildcards.metric]["family"]


def of_family(pattern):
    """`pattern` filled in with the family that a metric is of."""
    return lambda wildcards: pattern.format(family=family_of(wildcards))


SETTINGS = validated(config)
config.update(SETTINGS.model_dump(mode="json"))
HOOK = config["hook"]
CONTROLS = config["directions"]["controls"]
GROUPS = ["sae", *CONTROLS]
CHUNKS = chunk_ids(config["directions"]["count"], config["directions"]["chunk"])
# A family is a block of the config; it yields one metric, or several that are computed together.
FAMILIES = SETTINGS.metrics.enabled()
METRICS = {metric: about._asdict() for metric, about in SETTINGS.metrics.about().items()}
# Those that have a place of their own in the report; the others stand in tables.
SHOWN = {metric: about for metric, about in METRICS.items() if about["shown"]}
# Those that run chains, and so leave traces; and their metrics.
CHAINED = [family for family in FAMILIES if getattr(SETTINGS.metrics, family).chained]
TRACED = [metric for metric, about in METRICS.items() if about["family"] in CHAINED]
TEMPLATE = {".html", ".css", ".js"}
GPUS = gpus()
# Whether every live feature of the dictionary is scored by weight sensitivity.
WHOLE_DICTIONARY = "weight_sensitivity" in FAMILIES and bool(
    config["metrics"]["weight_sensitivity"]["whole_dictionary"]
)
CALIBRATED = [family for family in CHAINED if config["metrics"][family]["calibrate"]]
# The jobs that try settings, as calibration.smk names them.
TRIALS = [
    f"{family}/{chunk}"
    for family in CALIBRATED
    for chunk in chunk_ids(config["metrics"][family]["calibration"]["settings"], TRIED)
]
