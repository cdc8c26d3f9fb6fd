import hashlib
import json
import os
import platform
import re
import shutil
import subprocess

from litmus.corpus.files import TOKEN_ENDINGS, files, tokenizer_files
from litmus.dictionary import registry
from litmus.directions import own
from litmus.directions.chunks import chunk_ids
from litmus.errors import LitmusError
from litmus.fingerprint import fingerprint, read_pins
from litmus.settings import read

BASE = Path(workflow.basedir)
TRIED = 8  # settings a job of calibration tries; more settings add jobs and touch no full one
PINS = Path(BASE, "envs", "requirements.txt")


def told(function, *given):
    """What `function` returns; what it says of a user's mistake is all that is said."""
    try:
        return function(*given)
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
    device = config["device"]
    return int(device.startswith("cuda") or (device == "auto" and bool(present)))


def beside():
    """How many jobs may run beside each other on a machine: one a core, or a cluster's job alone."""
    cores = workflow.resource_settings.cores
    return 1 if workflow.remote_exec or cores is None else cores


def jobs():
    """The names of this run's jobs, as their benchmark files have them: those of others may lie
    beside them."""
    once = [
        "corpus",
        "tokens",
        "train_model" if MODEL_TRAINED else "load_model",
        "activations",
        *(["train_dictionary" if FITTED else "load_dictionary"] if USES_DICTIONARY else []),
        *(["dictionary_quality"] if USES_DICTIONARY else []),
    ]
    return (
        once
        + ["separation", "provenance"]
        + [
            *every_chunk("{stage}/{group}/{chunk}", stage=["directions", *FAMILIES]),
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
            *expand("figures/{figure}", figure=[*SHOWN, "overview", *TRAINING_CURVE]),
            *expand("figures/{metric}_traces", metric=TRACED),
        ]
    )


def counts():
    """How many directions each group has: a file may hold fewer than are asked for."""
    block = config["directions"]
    found = dict.fromkeys(GROUPS, block["count"])
    if "file" in GROUPS:
        found["file"] = min(block["count"], told(own.count, block["file"]))
    if "matched" in GROUPS:
        found["matched"] = found[CANDIDATE]  # its partners
    return found


def every_chunk(pattern, **wildcards):
    """`pattern` filled in for every group and each of its chunks."""
    return [
        path
        for group, chunks in CHUNKS.items()
        for path in expand(pattern, group=group, chunk=chunks, allow_missing=True, **wildcards)
    ]


def chunks_of(pattern):
    """The same, of a rule's own wildcards."""
    return lambda wildcards: every_chunk(pattern, **dict(wildcards.items()))


def family_of(wildcards):
    """The family that a metric is of."""
    return METRICS[wildcards.metric]["family"]


def of_family(pattern):
    """`pattern` filled in with the family that a metric is of."""
    return lambda wildcards: pattern.format(family=family_of(wildcards))


def preflight():
    """Look whether all is there and fits together; end here where it does not.

    What the same code has found well for the same settings is not looked at again.
    """
    results = Path(config["results"])
    asked = {
        "settings": config | {"jobs_per_gpu": 1},  # which is no part of any plan
        "groups": COUNTS,
        "jobs": len(jobs()),
        "remote": bool(workflow.remote_exec),
        "online": "hub" in {config[block]["source"] for block in ("corpus", "model", "dictionary")},
        "code": code("preflight.py"),
    }
    key = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    try:
        if json.loads((results / "preflight.json").read_text())["key"] == key:
            return
    except (OSError, ValueError, KeyError):
        pass  # none yet, or a damaged one
    log = results / "logs" / "preflight.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    asked |= {"key": key, "log": str(log), "cores": workflow.resource_settings.cores or 1}
    script = Path(BASE, "scripts", "preflight.py")
    done = subprocess.run([sys.executable, str(script)], input=json.dumps(asked), text=True)
    if done.returncode:
        sys.exit(1)


SETTINGS = told(read, config)
config.update(SETTINGS.model_dump(mode="json"))
# How jobs share a machine is no part of any result: its way is the environment, not a parameter.
os.environ.update(
    LITMUS_JOBS_PER_GPU=str(config.pop("jobs_per_gpu")), LITMUS_CPU_JOBS=str(beside())
)
HOOK = config["hook"]
# Or it is one that others trained.
MODEL_TRAINED = config["model"]["source"] == "train"
FITTED = config["dictionary"]["source"] == "train"  # and so the dictionary
# One that others trained lies at one path, whatever seed the config names.
DICTIONARY = (
    f"<results>/dictionary/{HOOK}/{config['dictionary']['seed'] if FITTED else 'pretrained'}"
)
TRAINING_CURVE = ["training"] if MODEL_TRAINED else []
PRETRAINED = ("source", "path", "name", "revision")  # the keys that say where it is
CANDIDATE = config["directions"]["candidate"]
CONTROLS = config["directions"]["controls"]
GROUPS = [CANDIDATE, *CONTROLS]
COUNTS = counts()
CHUNKS = {group: chunk_ids(count, config["directions"]["chunk"]) for group, count in COUNTS.items()}
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
WHOLE_DICTIONARY = SETTINGS.whole_dictionary()
USES_DICTIONARY = SETTINGS.uses_dictionary()
CALIBRATED = [family for family in CHAINED if config["metrics"][family]["calibrate"]]
# The jobs that try settings, as calibration.smk names them.
TRIALS = [
    f"{family}/{chunk}"
    for family in CALIBRATED
    for chunk in chunk_ids(config["metrics"][family]["calibration"]["settings"], TRIED)
]
