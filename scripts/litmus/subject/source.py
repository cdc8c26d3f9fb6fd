"""A Hugging Face directory, as transformers reads it."""

import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from torch import Tensor, nn
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.utils import logging

from litmus.errors import LitmusError

# What transformers, torch and safetensors raise where weights are missing or damaged.
UNREADABLE = (
    *(OSError, ValueError, RuntimeError, KeyError, ImportError, EOFError),
    *(SafetensorError, pickle.UnpicklingError),
)


def config(folder: Path, where: str) -> Any:
    """transformers' config of the model in `folder`.

    Raises:
        LitmusError: there is none, or it is damaged.
    """
    if not folder.is_dir():
        raise LitmusError(f"{where}; valid: a folder that exists, as transformers saves a model")
    if not (folder / "config.json").is_file():
        raise LitmusError(
            f"{where}, which holds no config.json; valid: a folder with config.json, "
            "model.safetensors and tokenizer.json, as transformers saves a model"
        )
    try:
        # A model whose code would have to be fetched and run is none of ours.
        return AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError, StrictDataclassError) as error:
        raise LitmusError(
            f"{where}, whose config.json cannot be read ({first(error)}); valid: one that "
            "transformers wrote"
        ) from error


def model(folder: Path, hf: Any, where: str) -> nn.Module:
    """transformers' model in float32, with all its weights and none that it made up.

    Raises:
        LitmusError: weights are missing, damaged or not finite.
    """
    logging.disable_progress_bar()
    try:
        found, told = AutoModelForCausalLM.from_pretrained(
            folder,
            config=hf,
            dtype=torch.float32,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except UNREADABLE as error:
        raise LitmusError(
            f"{where}, whose weights cannot be read ({first(error)}); valid: model.safetensors "
            "or pytorch_model.bin that go with config.json"
        ) from error
    for kind in ("missing_keys", "mismatched_keys"):
        lacking(map(str, told.get(kind) or ()), where)
    finite(found.named_parameters(), where)
    return found.eval().requires_grad_(False)


def lacking(names: Iterable[str], where: str) -> None:
    """Refuse weights among which `names` are missing, or have another shape."""
    if missing := sorted(names):
        raise LitmusError(
            f"{where}, whose weights lack {missing[0]} ({len(missing)} in all), or have it in "
            "another shape than config.json says; valid: all weights of the model"
        )


def finite(weights: Iterable[tuple[str, Tensor]], where: str) -> None:
    """Refuse weights that are not numbers."""
    for name, value in weights:
        if not torch.isfinite(value).all():
            raise LitmusError(
                f"{where}, whose weight {name} holds NaN or infinite numbers; valid: finite weights"
            )


def first(error: Exception) -> str:
    """The first line of a message, which may be long."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
