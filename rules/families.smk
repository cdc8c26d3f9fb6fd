# What the rules of each family read: inputs and settings that only some configs have. Snakemake
# wants functions apart from rules.

# What transformers reads of a folder, and TransformerLens; beside the latter's file may be others of
# its kind.
MODEL_ENDINGS = {".json", ".safetensors", ".bin", ".txt", ".model"}
OWN_WEIGHTS = "model_final.pth"
# How much of a large source is read depends on how many sequences are asked for.
SIZES = ("context", "prepend_bos", "max_train_sequences", "eval_sequences")
DATASET = ("dataset", "subset", "split", "revision", "field")
# The keys that each source reads.
READ = {
    "stdlib": (),
    "text": ("paths", "field", "separator"),
    "tokens": ("paths", "field", *SIZES),
    "hub": (*DATASET, *SIZES),
}


def corpus_block(*keys):
    """These keys of the config's block."""
    return {key: config["corpus"][key] for key in keys}


def texts():
    """The files of the text, for an edit inside a folder leaves the folder's own time as it was."""
    block = config["corpus"]
    found = files(block["paths"], *([TOKEN_ENDINGS] if block["source"] == "tokens" else []))
    return [str(path) for path in found]


def given_tokenizer():
    """The files of a tokenizer that the config names by its path."""
    named = config["corpus"]["tokenizer"]
    return [] if named in ("train", "model") else [str(path) for path in tokenizer_files(named)]


def subject_input(wildcards):
    """The files of a pretrained subject, and the dictionary's record where its processing follows
    that."""
    block, needed = config["model"], {}
    if block["source"] == "local":
        found = [
            path
            for path in Path(block["path"]).iterdir()
            if path.suffix in MODEL_ENDINGS or path.name == OWN_WEIGHTS
        ]
        needed["given"] = sorted(str(path) for path in found if path.is_file())
    if block["processing"] == "dictionary":
        needed["dictionary"] = f"{DICTIONARY}/cfg.json"
    return needed


def activations_input():
    """The cache, or what it takes to do without one."""
    if config["activations"]["cache"] == "parquet":
        return {"activations": f"<results>/activations/{HOOK}.parquet"}
    return {"tokens": "<results>/tokens.parquet", "weights": "<results>/model/model.safetensors"}


def activations_recipe():
    """How a job computes the activations that it finds no cache of; None where there is one."""
    block = config["activations"]
    if block["cache"] == "parquet":
        return None
    return {
        "hook": HOOK,
        "batch_size": block["batch_size"],
        "most": {"train": block["train_sequences"]},
        "code": code("litmus/activations/recomputed.py"),
    }


def dictionary_settings():
    """The keys that say how to come by the dictionary."""
    block = config["dictionary"]
    keys = {"local": ("source", "path"), "hub": ("source", "release", "id")}
    others = {"source", "path", "release", "id", "min_activations"}
    return {
        key: block[key] for key in keys.get(block["source"], [k for k in block if k not in others])
    }


def dictionary_files():
    """The files of a dictionary on disk."""
    block = config["dictionary"]
    if block["source"] != "local":
        return []
    names = ("cfg.json", "sae_weights.safetensors", "activation_scaler.json")
    return [path for path in (f"{block['path']}/{name}" for name in names) if Path(path).is_file()]


def calibration_input(wildcards):
    """The dictionary's rows; where nothing else asks for them, what differences are made of."""
    if USES_DICTIONARY:
        return {"features": f"{DICTIONARY}/features.parquet"}
    needed = activations_input()
    return {key: path for key, path in needed.items() if key == "activations"}


def sensitivity_settings():
    """The block, without what decides whether there is something to score."""
    block = config["metrics"]["weight_sensitivity"]
    return {k: v for k, v in block.items() if k not in ("enabled", "whole_dictionary")}


def calibration_settings(wildcards):
    """A variant's block, without what says how much is scored and what is searched for."""
    block = config["metrics"][wildcards.llc]
    unread = {"enabled", "weights", "thresholds", "calibration", "calibrate", *block["calibrate"]}
    return {key: value for key, value in block.items() if key not in unread}


def calibration_limits(wildcards):
    """Lowest and highest value of what is searched for."""
    block = config["metrics"][wildcards.llc]
    return {key: block["calibration"][key] for key in sorted(block["calibrate"])}


def first_variant(wildcards):
    """Threshold and weights of the variant's first metric: its settings serve the others too."""
    return next(iter(getattr(SETTINGS.metrics, wildcards.llc).variants().values()))


def settings_tried(wildcards):
    """The tables of all settings tried."""
    count = config["metrics"][wildcards.llc]["calibration"]["settings"]
    folder = f"<results>/calibration/{wildcards.llc}"
    return [f"{folder}/{chunk}.parquet" for chunk in chunk_ids(count, TRIED)]


def llc_input(wildcards):
    """What only some settings need: those that calibration found, and the dictionary's encoder."""
    block = config["metrics"][wildcards.llc]
    needed = {}
    if block["calibrate"]:
        needed["calibration"] = f"<results>/calibration/{wildcards.llc}.json"
    if block["feature"] == "latent":
        needed["features"] = f"{DICTIONARY}/features.parquet"
    return needed


def llc_settings(wildcards):
    """A variant's block, without what only its calibration reads, or decides."""
    block = config["metrics"][wildcards.llc]
    unread = {"enabled", "calibration", "calibrate", *block["calibrate"]}
    return {key: value for key, value in block.items() if key not in unread}


def quadratic_borrowed():
    """What the quadratic LLC takes over from llc_functional: by calibration where that looks."""
    own, lender = config["metrics"]["llc_quadratic"], config["metrics"]["llc_functional"]
    names = [name for name in ("n_beta", "localization") if own[name] is None]
    searched = lender["calibrate"] if lender["enabled"] else []
    return {name: lender[name] for name in names}, [n for n in names if n in searched]


def quadratic_input(wildcards):
    """The settings that calibration found, where they are borrowed."""
    searched = quadratic_borrowed()[1]
    return {"calibration": "<results>/calibration/llc_functional.json"} if searched else {}


def quadratic_settings(wildcards):
    """The block, without what is known only after calibration."""
    named, searched = quadratic_borrowed()
    block = {**config["metrics"]["llc_quadratic"], **named}
    return {k: v for k, v in block.items() if k != "enabled" and k not in searched}


def plateau_settings(*keys):
    """The keys of the experiments' block that one of them reads."""
    common = ["write", "read", "positions", "bases", "reference", "batch_size"]
    return {key: PLATEAUS[key] for key in [*common, *keys]}


def plateau_curves_input(wildcards):
    """The dictionary, where a kind is made of its features."""
    kinds = {"bases": "base_kinds", "directions": "direction_kinds"}[wildcards.varied]
    needed = SETTINGS.plateaus.needs_dictionary(PLATEAUS[kinds])
    return {"dictionary": f"{DICTIONARY}/sae_weights.safetensors"} if needed else {}


def plateau_curves_settings(wildcards):
    """What one of the two experiments reads."""
    own = {"bases": ["base_kinds", "features"], "directions": ["direction_kinds"]}
    shared = ["lines", "threshold", "steps", "tolerance", "resamples"]
    return plateau_settings(*shared, *own[wildcards.varied])


def study_input(wildcards):
    """The dictionary, where the cell lies at the hook that it was trained on."""
    here = CELLS[wildcards.cell].hook == HOOK and "sae" in config["study"]["groups"]
    return {"features": f"{DICTIONARY}/features.parquet"} if here else {}


def study_chains(wildcards):
    """The functional LLC's block, with the study's chains in place of its own."""
    study, block = config["study"], config["metrics"]["llc_functional"]
    unread = {"enabled", "thresholds", "nonlinearity", "feature", "weights"}
    unread |= {"calibrate", "calibration"}
    kept = {key: value for key, value in block.items() if key not in unread}
    return kept | study[CELLS[wildcards.cell].regime] | {"chains": study["chains"], "draw_every": 1}


def study_sensitivity(wildcards):
    """The sensitivities' settings, but for the feature's form."""
    own = {key: config["study"][key] for key in ("scales", "draws", "sequences")}
    batch = config["metrics"]["weight_sensitivity"]["batch_size"]
    reduction = config["metrics"]["llc_functional"]["reduction"]
    return own | {"batch_size": batch, "reduction": reduction}


def study_quadratic(wildcards):
    """The quadratic's settings: the chains' γ and nβ."""
    regime = config["study"][CELLS[wildcards.cell].regime]
    return {
        "n_beta": regime["n_beta"],
        "localization": regime["localization"],
        "reduction": config["metrics"]["llc_functional"]["reduction"],
        "sequences": config["study"]["quadratic_sequences"],
        "batch_size": config["metrics"]["llc_quadratic"]["batch_size"],
    }
