"""The checks of the subject's keys, and what a folder says in their place."""

import json
from pathlib import Path
from typing import Any

from litmus.settings.checks import check

# What only a model that is trained here has from the config, and other keys are held against.
TRAINED = ("model.layers", "model.width", "model.steps")
# Names of the same in a config.json of transformers.
NAMES = {
    "layers": ("num_hidden_layers", "n_layer", "num_layers"),
    "context": ("max_position_embeddings", "n_positions", "n_ctx"),
}
VALID = "config.json, model.safetensors and tokenizer.json, as transformers saves a model"


def in_place(values: dict[str, Any]) -> dict[str, Any]:
    """The config's values without those that describe no pretrained model.

    Of a folder on disk its own number of layers stands there, so that hooks are held against it;
    what the hub has shows once it is fetched.
    """
    source = values.get("model.source", "train")
    if source == "train":
        return values
    kept = {key: value for key, value in values.items() if key not in TRAINED}
    found = said(values.get("model.path")) if source == "local" else {}
    return kept | ({"model.layers": found["layers"]} if "layers" in found else {})


def said(path: str | None) -> dict[str, int]:
    """Layers and context by the config.json in `path`, as far as it tells."""
    try:
        read = json.loads(Path(path or "", "config.json").read_text(encoding="utf-8"))
        pairs = {
            name: next((read[key] for key in keys if key in read), None)
            for name, keys in NAMES.items()
        }
    except (OSError, ValueError, TypeError):
        return {}
    return {name: value for name, value in pairs.items() if isinstance(value, int)}


@check("model.path", "model.source")
def path_goes_with_local(path: str | None, source: str) -> str | None:
    """A folder is named exactly where one is read, and it is there."""
    if source != "local":
        return None if path is None else f"null with model.source: {source}; or set that to local"
    if path is None:
        return f"a folder with {VALID}, for model.source is local"
    if not Path(path).is_dir():
        return f"a folder that exists, with {VALID}"
    return (
        None
        if Path(path, "config.json").is_file()
        else f"a folder with {VALID}; it lacks config.json"
    )


@check("model.name", "model.source")
def name_goes_with_hub(name: str | None, source: str) -> str | None:
    """A model is named exactly where one is fetched."""
    if source == "hub":
        return None if name else "a name of TransformerLens's, e.g. gpt2, for model.source is hub"
    return None if name is None else f"null with model.source: {source}; or set that to hub"


@check("model.revision", "model.source")
def revision_goes_with_hub(revision: str | None, source: str) -> str | None:
    """Only what the hub keeps has revisions."""
    if source == "hub" or revision is None:
        return None
    return f"null with model.source: {source}, for only a model of the hub has revisions"


@check("model.processing", "model.source", "dictionary.source")
def a_record_is_there(processing: str, source: str, dictionary: str) -> str | None:
    """A dictionary that others trained tells what it was trained on."""
    if processing != "dictionary" or (source != "train" and dictionary != "train"):
        return None
    key = "model" if source == "train" else "dictionary"
    return f"folded, centred or none with {key}.source: train, for there is no record to follow"


@check("corpus.context", "model.source", "model.path")
def the_model_reads_as_far(context: int, source: str, path: str | None) -> str | None:
    """Positions beyond the last that it was made for mean nothing."""
    most = said(path).get("context", context) if source == "local" else context
    return f"at most {most}, the longest that the model in {path} reads" if context > most else None
