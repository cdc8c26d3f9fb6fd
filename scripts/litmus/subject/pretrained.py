"""A subject that others trained: a folder with a model → architecture, weights, tokenizer."""

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import torch
from tokenizers import Tokenizer
from torch import Tensor

from litmus.errors import LitmusError
from litmus.seeds import stream
from litmus.subject import vocabulary
from litmus.subject.adapter import Subject, processed
from litmus.subject.checkpoint import Architecture, hook_layer
from litmus.subject.families import FAMILIES, described
from litmus.subject.formats import Stored, stored
from litmus.tables import atomic

CHECKED = 2  # sequences on which logits are held against those of who stores it so
# Of the differences' root mean square to the spread of the log-probabilities: rounding stays far
# below, another function far above.
AGREES = 1e-4


class Pretrained(NamedTuple):
    """A subject, and what is known of it."""

    architecture: Architecture
    state: dict[str, Tensor]
    tokenizer: Tokenizer
    origin: dict[str, Any]


def load(
    folder: str | Path,
    flags: dict[str, bool],
    hook: str,
    context: int,
    where: str,
    words: str | Path | None = None,
) -> Pretrained:
    """The model in a folder, its weights processed, without any network.

    The whole result is checked, for the model as transformers, or for its own format
    TransformerLens, runs it must give the same log-probabilities.

    Args:
        folder: config.json, weights and tokenizer, as transformers saves them, or TransformerLens.
        flags: `litmus.subject.processing.flags`.
        hook: `blocks.L.hook_resid_pre`.
        context: tokens of the sequences that it is for.
        where: the key and value that a message names, e.g. `model.path: found 'mine'`.
        words: the folder with the tokenizer; None: the same.

    Returns:
        `origin` holds `family`, `processing`, `end`, `bos`, `vocabulary`, `sha256` of the weights'
        files, and `agreement` `with` transformers or TransformerLens.

    Raises:
        LitmusError: no such model, a damaged one, one that is not supported, or one that `hook` or
            `context` does not fit.
    """
    folder = Path(folder)
    found = stored(folder, where)
    architecture = described(found.config)
    fits(architecture, hook, context, where)
    spoken = vocabulary.load(Path(words or folder), where, architecture.vocabulary)
    tokens = _tokens(architecture, context)
    expected, state, filled = found.read(tokens, architecture)
    architecture, state, done = processed(state, found.config, architecture, flags)
    # A bias that the family does not have is no weight of the model, unless processing made it one.
    kept = {n: v for n, v in state.items() if n not in filled or bool(v.any())}
    state = {n: v.clone(memory_format=torch.contiguous_format) for n, v in kept.items()}
    origin = {
        "family": found.family,
        "processing": done,
        "end": spoken.end,
        "bos": spoken.bos,
        "vocabulary": architecture.vocabulary,
        "sha256": _digest(found.files()),
        "agreement": _agreement(Subject(architecture, state, hook), tokens, expected, found),
    }
    return Pretrained(architecture, state, spoken.tokenizer, origin)


def fits(architecture: Architecture, hook: str, context: int, where: str) -> None:
    """Refuse a hook above the model, and sequences longer than it reads.

    Raises:
        LitmusError: one does not fit.
    """
    layers, layer = architecture.layers, hook_layer(hook)
    if layers < 2:
        raise LitmusError(f"{where}, which has {layers} layer; valid: a model of 2 layers or more")
    if layer >= layers:
        choice = "layer 1" if layers == 2 else f"a layer from 1 to {layers - 1}"
        raise LitmusError(
            f"hook: found {hook!r}; valid: {choice}, for the model has {layers} layers"
        )
    if context > architecture.context:
        raise LitmusError(
            f"corpus.context: found {context}; valid: at most {architecture.context}, the longest "
            "that the model reads"
        )


def _tokens(architecture: Architecture, context: int) -> Tensor:
    """Sequences for the comparison: any ids do, int64 (CHECKED, context)."""
    seeded = torch.Generator().manual_seed(stream(0, "agreement") % 2**31)
    return torch.randint(architecture.vocabulary, (CHECKED, context), generator=seeded)


def _agreement(
    subject: Subject, tokens: Tensor, expected: Tensor, model: Stored
) -> dict[str, float | str]:
    """How far the subject's log-probabilities are from the `expected` ones."""
    with torch.no_grad():
        found = subject.upper(subject.lower(tokens)).log_softmax(-1)
    difference = found - expected
    relative = float(difference.square().mean().sqrt() / expected.std())
    largest = float(difference.abs().max())
    if not relative <= AGREES:
        raise LitmusError(
            f"{model.where}, whose log-probabilities differ from {model.by}' by up to "
            f"{largest:.2g} nats, for the model has some property that is not supported; valid: a "
            f"plain model of a family among {', '.join(FAMILIES)}"
        )
    size = {"sequences": len(tokens), "largest": largest, "relative": relative}
    return {"with": model.by, **size}


def _digest(files: list[Path]) -> str:
    """SHA-256 over the files, in their order."""
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def write_origin(folder: Path, found: Pretrained, **more: str | None) -> None:
    """`tokenizer.json` and `origin.json` beside the checkpoint."""
    with atomic(folder / "tokenizer.json") as temporary:
        found.tokenizer.save(str(temporary))
    with atomic(folder / "origin.json") as temporary:
        temporary.write_text(json.dumps({**more, **found.origin}, indent=2) + "\n")
