"""A subject that others trained: a Hugging Face directory → architecture, weights, tokenizer."""

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import torch
from tokenizers import Tokenizer
from torch import Tensor

from litmus.errors import LitmusError
from litmus.seeds import stream
from litmus.subject import source, vocabulary
from litmus.subject.adapter import Subject, processed
from litmus.subject.checkpoint import Architecture, hook_layer
from litmus.subject.families import FAMILIES, converted, described, translated
from litmus.tables import atomic

CHECKED = 2  # sequences on which logits are held against transformers'
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
    folder: str | Path, flags: dict[str, bool], hook: str, context: int, where: str
) -> Pretrained:
    """The model in a Hugging Face directory, its weights processed, without any network.

    The whole result is checked, for transformers' own model must give the same log-probabilities.

    Args:
        folder: config.json, weights and tokenizer, as transformers saves them.
        flags: `litmus.subject.processing.flags`.
        hook: `blocks.L.hook_resid_pre`.
        context: tokens of the sequences that it is for.
        where: the key and value that a message names, e.g. `model.path: found 'mine'`.

    Returns:
        `origin` holds `family`, `processing`, `end`, `bos`, `vocabulary`, `sha256` of the weights'
        files, and `agreement` with transformers.

    Raises:
        LitmusError: no such model, a damaged one, one that is not supported, or one that `hook` or
            `context` does not fit.
    """
    folder = Path(folder)
    hf = source.config(folder, where)
    config = translated(hf, where)
    architecture = described(config)
    fits(architecture, hook, context, where)
    words = vocabulary.load(folder, where, architecture.vocabulary)
    model = source.model(folder, hf, where)
    tokens = _tokens(architecture, context)
    with torch.no_grad():
        expected = model(tokens).logits.log_softmax(-1)
    state, filled = converted(model, config, architecture, where)
    del model
    architecture, state, done = processed(state, config, architecture, flags)
    # A bias that the family does not have is no weight of the model, unless processing made it one.
    kept = {n: v for n, v in state.items() if n not in filled or bool(v.any())}
    state = {n: v.clone(memory_format=torch.contiguous_format) for n, v in kept.items()}
    origin = {
        "family": hf.architectures[0],
        "processing": done,
        "end": words.end,
        "bos": words.bos,
        "vocabulary": architecture.vocabulary,
        "sha256": _digest(folder),
        "agreement": _agreement(architecture, state, hook, tokens, expected, where),
    }
    return Pretrained(architecture, state, words.tokenizer, origin)


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
    architecture: Architecture,
    state: dict[str, Tensor],
    hook: str,
    tokens: Tensor,
    expected: Tensor,
    where: str,
) -> dict[str, float]:
    """How far the subject's log-probabilities are from transformers'."""
    subject = Subject(architecture, state, hook)
    with torch.no_grad():
        found = subject.upper(subject.lower(tokens)).log_softmax(-1)
    difference = found - expected
    relative = float(difference.square().mean().sqrt() / expected.std())
    largest = float(difference.abs().max())
    if not relative <= AGREES:
        raise LitmusError(
            f"{where}, whose log-probabilities differ from transformers' by up to {largest:.2g} "
            "nats, for the model has some property that is not supported; valid: a plain model "
            f"of a family among {', '.join(FAMILIES)}"
        )
    return {"sequences": len(tokens), "largest": largest, "relative": relative}


def _digest(folder: Path) -> str:
    """SHA-256 over the files that hold the weights, in the order of their names."""
    found = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("pytorch_model*.bin"))
    digest = hashlib.sha256()
    for path in found:
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
