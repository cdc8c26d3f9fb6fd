# What the rules of each family read: inputs and settings that only some configs have. Snakemake
# wants functions apart from rules.


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
