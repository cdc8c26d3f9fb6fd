"""Models as TransformerLens stores its own: the config's fields, and one file of its weights."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor
from transformer_lens import HookedTransformer, HookedTransformerConfig
from transformer_lens import loading_from_pretrained as loading

from litmus.errors import LitmusError
from litmus.subject.adapter import BIAS, CONSTANTS, weights
from litmus.subject.refusals import refuse, refuse_kinds, refuse_unheard, refuse_unsaid
from litmus.subject.source import UNREADABLE, finite, first, lacking

WEIGHTS = "model_final.pth"
# What TransformerLens's readers ask a name for: whether it is stored so. They read the folder.
_ANY = "NeelNanda/GELU_2L512W_C4_Code"
# Fields that transformers does not call so, or tells beside the family.
_FIELDS = {"d_model", "n_layers", "n_ctx", "d_vocab"}


def recognised(folder: Path) -> bool:
    """Whether the config.json in `folder` is of this format."""
    try:
        said = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(said, dict) and said.keys() >= _FIELDS and "model_type" not in said


def config(folder: Path, where: str) -> HookedTransformerConfig:
    """What config.json says, by TransformerLens's reading; it names no tokenizer.

    Raises:
        LitmusError: it is damaged, or has a property that is not supported.
    """
    said = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    try:
        with patch.object(loading.utils, "download_file_from_hf", lambda *_, **__: said):
            found = loading.convert_neel_model_config(_ANY)
        refuse_kinds(SimpleNamespace(**found), where)
        if (kind := found["original_architecture"]) != "neel":
            refuse(where, f"weights in the format {kind}", "; valid: neel")
        del found["tokenizer_name"]  # TransformerLens would fetch it
        # It does not look at this one.
        found["eps"] = float(said.get("ln_eps", said.get("eps", HookedTransformerConfig.eps)))
        known = HookedTransformerConfig(**found, device="cpu", init_weights=False)
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise LitmusError(
            f"{where}, whose config.json TransformerLens cannot read ({type(error).__name__}: "
            f"{first(error)}); valid: one as it stores its own models"
        ) from error
    refuse_unsaid(known, where)
    refuse_unheard(said, known, where)
    return known


def tokenizer(folder: Path, where: str) -> str:
    """The repository on the hub with the tokenizer.

    Raises:
        LitmusError: config.json names none.
    """
    said = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("tokenizer_name")
    if not isinstance(said, str) or not said:
        refuse(where, "no tokenizer")
    return said


def model(
    folder: Path, known: HookedTransformerConfig, where: str
) -> tuple[HookedTransformer, set[str]]:
    """TransformerLens's own model in float32, with all its weights and none that it made up.

    Returns:
        The model, and the names of the biases that are not stored: they are zero.

    Raises:
        LitmusError: weights are missing, damaged, not finite, or more than the model has.
    """
    state = stored(folder, known, where)
    built = HookedTransformer(known, move_to_device=False)
    expected = weights(built)
    if beyond := sorted(state.keys() - expected.keys()):
        raise LitmusError(
            f"{where}, whose weights hold {beyond[0]} ({len(beyond)} in all), for which a model of "
            "this config.json has no place; valid: the weights of the model"
        )
    filled = {
        name: torch.zeros_like(value)
        for name, value in expected.items()
        if name not in state and BIAS.search(name)
    }
    state |= filled
    lacking([n for n, v in expected.items() if n not in state or state[n].shape != v.shape], where)
    finite(state.items(), where)
    built.load_state_dict(state, strict=False)  # the constants are not there
    return built.eval().requires_grad_(False), set(filled)


def stored(folder: Path, known: HookedTransformerConfig, where: str) -> dict[str, Tensor]:
    """The weights in the folder in float32, by TransformerLens's names, without its constants.

    Raises:
        LitmusError: the file is missing or damaged, or holds something else.
    """

    def read(*_: Any, **__: Any) -> Mapping[str, Tensor]:
        # Unlike TransformerLens, without running what a pickle may hold.
        return torch.load(folder / WEIGHTS, map_location="cpu", weights_only=True)

    listed = SimpleNamespace(list_repo_files=lambda *_: [WEIGHTS])
    nowhere = SimpleNamespace(exists=lambda: False)  # whatever folder has that name
    try:
        with (
            patch.object(loading.utils, "download_file_from_hf", read),
            patch.object(loading, "HfApi", lambda: listed),
            patch.object(loading, "Path", lambda _: nowhere),
        ):
            state = loading.get_pretrained_state_dict(_ANY, known, dtype=torch.float32)
    except (*UNREADABLE, AttributeError, TypeError) as error:
        raise LitmusError(
            f"{where}, whose weights cannot be read ({first(error)}); valid: {WEIGHTS}, a state "
            "dict of tensors that goes with config.json"
        ) from error
    return {name: value for name, value in state.items() if not name.endswith(CONSTANTS)}
