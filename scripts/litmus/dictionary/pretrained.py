"""A dictionary that others trained: a SAELens folder or release → SAELens's inference format."""

import json
import tempfile
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import sae_lens
import torch
from huggingface_hub import constants, try_to_load_from_cache
from sae_lens import SAE, TrainingSAE
from sae_lens.constants import ACTIVATION_SCALER_CFG_FILENAME, SAE_CFG_FILENAME
from sae_lens.loading.pretrained_sae_loaders import (
    handle_config_defaulting,
    load_sae_config_from_huggingface,
)
from sae_lens.loading.pretrained_saes_directory import get_repo_id_and_folder_name
from sae_lens.registry import SAE_CLASS_REGISTRY, SAE_TRAINING_CLASS_REGISTRY
from sae_lens.training.activation_scaler import ActivationScaler

from litmus.dictionary import registry
from litmus.dictionary.hub_errors import FILES, first, in_saelens_format, lacking, sentence
from litmus.errors import LitmusError

SCALED, WHITENED = "expected_average_only_in", "covariance_whitening"


class Pretrained(NamedTuple):
    """A dictionary, ready for inference, and where it is from."""

    sae: SAE
    origin: dict[str, str | None]


def local_record(folder: str | Path) -> dict[str, Any]:
    """What the `cfg.json` of a SAELens folder says, in the present version's form.

    Raises:
        LitmusError: a file is missing, or its architecture is unknown.
    """
    folder, where = Path(folder), f"dictionary.path: found '{folder}'"
    for name in FILES:
        if not (folder / name).is_file():
            raise LitmusError(
                f"{where}, which holds no {name}; valid: a folder with {' and '.join(FILES)}, as "
                "SAELens saves a dictionary"
            )
    try:
        record = json.loads((folder / SAE_CFG_FILENAME).read_text(encoding="utf-8"))
        kind = record.get("architecture", "standard")
    except (OSError, ValueError, AttributeError) as error:
        raise LitmusError(f"{where}, whose {SAE_CFG_FILENAME} is no record ({error})") from error
    known = SAE_CLASS_REGISTRY | SAE_TRAINING_CLASS_REGISTRY
    if kind not in known:
        raise LitmusError(
            f"{where}: found architecture {kind!r}, which SAELens {sae_lens.__version__} does not "
            f"know; valid: {', '.join(known)}"
        )
    try:
        return handle_config_defaulting({"architecture": kind, **record})
    except Exception as error:  # whatever it stumbles over in a record of no known form
        raise LitmusError(f"{where}, whose {SAE_CFG_FILENAME} is no record ({error})") from error


def local(folder: str | Path) -> Pretrained:
    """The dictionary in a SAELens folder: of any version, of inference or of training.

    Raises:
        LitmusError: a file is missing or damaged, its architecture is unknown, its weights are not
            finite, or what its activations are scaled by is not there.
    """
    folder, where = Path(folder), f"dictionary.path: found '{folder}'"
    loads = SAE if local_record(folder)["architecture"] in SAE_CLASS_REGISTRY else TrainingSAE
    try:
        with _quiet():
            sae = loads.load_from_disk(folder, device="cpu", dtype="float32")
    except Exception as error:  # SAELens raises whatever its readers raise
        raise LitmusError(f"{where}, which SAELens cannot load ({first(error)})") from error
    _unscale(sae, folder / ACTIVATION_SCALER_CFG_FILENAME, where)
    if isinstance(sae, TrainingSAE):  # batch top-k becomes the JumpReLU that it amounts to
        with tempfile.TemporaryDirectory() as inference, _quiet():
            sae.save_inference_model(inference)
            sae = SAE.load_from_disk(inference, device="cpu", dtype="float32")
    return Pretrained(_finite(sae, where), {"source": "local", "path": str(folder)})


def record_of(release: str, name: str) -> dict[str, Any]:
    """What the record of a release's dictionary says, without its weights.

    Raises:
        LitmusError: there is no such dictionary, it may not be fetched, or the hub may not be asked
            and the cache lacks the record or the weights.
    """
    registry.check(release, name)
    where = f"dictionary.id: found {name!r} of {release}"
    place = get_repo_id_and_folder_name(release, name)
    try:
        record = load_sae_config_from_huggingface(release, name)
    except Exception as error:  # of the hub's library, or whatever SAELens's readers raise
        raise LitmusError(sentence(error, where, release, *place)) from error
    if constants.is_offline_mode() and in_saelens_format(release):
        cached = [try_to_load_from_cache(place[0], f"{place[1]}/{file}") for file in FILES]
        if not all(isinstance(path, str) for path in cached):
            raise LitmusError(f"{where}: {lacking(release, *place)}")
    return record


def hub(release: str, name: str) -> Pretrained:
    """The dictionary `name` of a SAELens release, from the cache or the hub.

    Raises:
        LitmusError: there is no such dictionary, it may not be fetched, or the hub cannot be
            reached and the cache has no copy.
    """
    registry.check(release, name)
    where = f"dictionary.id: found {name!r} of {release}"
    repository, folder = get_repo_id_and_folder_name(release, name)
    try:
        with _quiet():
            sae = SAE.from_pretrained(release, name, device="cpu", dtype="float32")
    except Exception as error:  # of the hub's library, or whatever SAELens's readers raise
        raise LitmusError(sentence(error, where, release, repository, folder)) from error
    _unscale(sae, None, where)
    cached = try_to_load_from_cache(repository, f"{folder}/{SAE_CFG_FILENAME}")
    snapshot = Path(cached).parts if isinstance(cached, str) else ()
    commit = snapshot[snapshot.index("snapshots") + 1] if "snapshots" in snapshot else None
    origin = {"source": "hub", "release": release, "id": name, "repository": repository}
    return Pretrained(_finite(sae, where), {**origin, "commit": commit})


def save(found: Pretrained, folder: str | Path) -> None:
    """Write `cfg.json`, its keys sorted, and `sae_weights.safetensors` to `folder`.

    Where it is from stands in the record, in `metadata.litmus`.
    """
    metadata = found.sae.cfg.metadata
    # SAELens would take a record of an older version for one in the older version's form.
    metadata.sae_lens_version = sae_lens.__version__
    metadata.litmus = found.origin
    found.sae.save_model(folder)
    written = Path(folder) / SAE_CFG_FILENAME
    written.write_text(json.dumps(json.loads(written.read_text()), sort_keys=True) + "\n")


def _unscale(sae: SAE, scaler: Path | None, where: str) -> None:
    """Fold into the weights what its activations were scaled or whitened by.

    Each activation's own norm cannot be folded; its rows are directions all the same.
    """
    kind = sae.cfg.normalize_activations
    if kind not in (SCALED, WHITENED):
        return
    found = ActivationScaler()
    if scaler is not None and scaler.is_file():
        found.load(scaler)
    try:
        if kind == SCALED and found.scaling_factor is not None:
            sae.fold_activation_norm_scaling_factor(found.scaling_factor)
            return
        if kind == WHITENED and found.whitening is not None:
            parts = found.whitening
            sae.fold_activation_whitening(parts.mean, parts.matrix, parts.inverse_matrix)
            return
    except NotImplementedError as error:
        raise LitmusError(f"{where}: {kind} cannot be undone ({first(error)})") from error
    raise LitmusError(
        f"{where}: found normalize_activations {kind!r}, without what the activations were "
        "multiplied by; valid: a dictionary with that folded in, or "
        f"{ACTIVATION_SCALER_CFG_FILENAME} beside a local one"
    )


def _finite(sae: SAE, where: str) -> SAE:
    """`sae`, ready for inference, where all its weights are finite."""
    for name, value in sae.named_parameters():
        if not torch.isfinite(value).all():
            raise LitmusError(
                f"{where}: its weight {name} holds NaN or infinite numbers; all weights must be "
                "finite"
            )
    return sae.eval().requires_grad_(False)


def _quiet() -> warnings.catch_warnings:
    """No warnings on how SAELens would have the model loaded: `fit` sees to that."""
    return warnings.catch_warnings(action="ignore")
