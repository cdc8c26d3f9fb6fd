"""Whether a dictionary of others goes with the run: by its record, `cfg.json`, and the subject's.

SAELens's record says where the dictionary was trained, as far as that is known. What it leaves out
is not held against it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from litmus.errors import LitmusError

POST = re.compile(r"blocks\.(\d+)\.hook_resid_post")
PRE = re.compile(r"blocks\.\d+\.hook_resid_pre")
CENTRED = "center_writing_weights"
# What these encode is one thing, and what they rebuild is another.
TRANSCODERS = ("transcoder", "skip_transcoder", "jumprelu_transcoder", "jumprelu_skip_transcoder")


def at(hook: str) -> str:
    """The input of the next block, where `hook` is the output of one: they are the same."""
    if found := POST.fullmatch(hook):
        return f"blocks.{int(found[1]) + 1}.hook_resid_pre"
    return hook


def lives_at(record: Mapping[str, Any], hook: str, where: str) -> None:
    """Refuse what no direction at `hook` can be read from.

    Args:
        record: `cfg.json`.
        hook: the run's, `blocks.L.hook_resid_pre`.
        where: the key and value that a message names.

    Raises:
        LitmusError: it lives elsewhere, or it is none of the residual stream, or none that encodes
            a token by itself.
    """
    metadata = record.get("metadata") or {}
    kind = record.get("architecture")
    if kind in TRANSCODERS or metadata.get("hook_name_out") not in (
        None,
        metadata.get("hook_name"),
    ):
        raise LitmusError(
            f"{where}: is a transcoder, whose rows lie where another layer writes; valid: a "
            f"dictionary that rebuilds what it reads, at {hook}"
        )
    if kind == "temporal":
        raise LitmusError(
            f"{where}: found architecture 'temporal', whose features depend on the tokens before; "
            "valid: an architecture that encodes each token by itself"
        )
    named = metadata.get("hook_name")
    if named is not None and at(named) != hook:
        layer = int(hook.split(".")[1])
        other = f", or set hook: {at(named)}" if PRE.fullmatch(at(named)) else ""
        raise LitmusError(
            f"{where}: was trained at {named}, but hook is {hook}; valid: a dictionary of {hook} "
            f"or blocks.{layer - 1}.hook_resid_post, which is the same{other}"
        )
    if record.get("reshape_activations", "none") != "none":
        raise LitmusError(
            f"{where}: joins the heads of an attention layer; valid: a dictionary of the residual "
            f"stream at {hook}"
        )


def goes_with(
    record: Mapping[str, Any],
    subject: Mapping[str, Any],
    name: str | None,
    processing: str,
    same: Callable[[str, str], bool],
) -> None:
    """Refuse a dictionary of another model.

    Args:
        record: `cfg.json`.
        subject: the subject's `config.json`.
        name: what the subject is called; None: unknown.
        processing: the config's `model.processing`.
        same: whether two different names are one model's.

    Raises:
        LitmusError: width, model or the residual stream's centring differ.
    """
    metadata = record.get("metadata") or {}
    trained_on = metadata.get("model_name")
    if trained_on and name and not same(trained_on, name):
        raise LitmusError(
            f"dictionary: was trained on {trained_on}, but the subject is {name}; choose a "
            "dictionary of this model, or set model to that one"
        )
    has_width(record, subject["width"])
    wanted = (metadata.get("model_from_pretrained_kwargs") or {}).get(CENTRED)
    # Root mean squares see the mean over coordinates, so that no such model can be centred.
    if wanted is None or subject.get("normalization", "LN").startswith("RMS"):
        return
    if bool(wanted) != subject["centred"]:
        was, valid = (
            ("centred", "dictionary, centred or folded")
            if wanted
            else ("not centred", "dictionary or none")
        )
        raise LitmusError(
            f"model.processing: found {processing!r}, but the dictionary was trained on a residual "
            f"stream that was {was} over its coordinates ({CENTRED} in its record); valid: {valid}"
        )


def has_width(record: Mapping[str, Any], width: int) -> None:
    """Refuse a dictionary of another width.

    Args:
        record: `cfg.json`.
        width: of the subject's residual stream.

    Raises:
        LitmusError: they differ.
    """
    if (found := record["d_in"]) != width:
        raise LitmusError(
            f"dictionary: found width {found}, but the subject's residual stream has {width}; a "
            "dictionary must be trained at the same hook"
        )


def plain(name: str) -> str:
    """A model's name without its owner, in small letters."""
    return name.rpartition("/")[2].lower()
