"""Each input by itself, and whether they go together: what can be known in seconds."""

import re
from collections.abc import Callable
from pathlib import Path

from litmus.errors import LitmusError
from litmus.settings.settings import Settings
from litmus.subject.checkpoint import Architecture, hook_layer


def inputs(settings: Settings, architecture: Architecture | None) -> list[str]:
    """A sentence for each of the inputs that is not there or does not fit, none where all do.

    Args:
        settings: the run's.
        architecture: the subject's; None where it is not known, for it is itself at fault.
    """
    checks = [hooks, heads, dictionary, corpus, directions]
    return [sentence for check in checks if (sentence := told(check, settings, architecture))]


def told(check: Callable[..., object], *arguments: object) -> str:
    """The sentence that `check` ends with; nothing where it passes."""
    try:
        check(*arguments)
    except LitmusError as error:
        return str(error)
    return ""


def hooks(settings: Settings, architecture: Architecture | None) -> None:
    """That every layer that is named has a block above it."""
    if architecture is None:
        return
    most = architecture.layers - 1
    named = {
        "metrics.plateau.write": settings.metrics.plateau.write,
        "metrics.plateau.read": settings.metrics.plateau.read,
        "plateaus.write": settings.plateaus.write,
        "plateaus.read": settings.plateaus.read,
    }
    for key, hook in named.items():
        if hook and hook.startswith("blocks.") and hook_layer(hook) > most:
            raise LitmusError(
                f"{key}: found {hook!r}; valid: a layer up to {most}, for the model has "
                f"{architecture.layers} layers"
            )
    if settings.study.enabled and max(settings.study.layers) > most:
        raise LitmusError(
            f"study.layers: found {settings.study.layers}; valid: layers from 1 to {most}"
        )


def heads(settings: Settings, architecture: Architecture | None) -> None:
    """That every head whose weights shall move is there."""
    for family in ("llc_functional", "llc_behavioral", "llc_natural"):
        block = getattr(settings.metrics, family)
        for name in block.weights if block.enabled and architecture else ():
            head = re.search(r"h(\d+)$", name)
            if head and int(head[1]) >= architecture.heads:
                raise LitmusError(
                    f"metrics.{family}.weights: found {name!r}; valid: heads h0 to "
                    f"h{architecture.heads - 1}"
                )


def dictionary(settings: Settings, architecture: Architecture | None) -> None:
    """That a dictionary of others is to be had, lives at the hook and has the subject's width.

    One that nothing uses is not looked for.
    """
    block = settings.dictionary
    if block.source == "train" or not settings.uses_dictionary():
        return
    from litmus.dictionary import fit, pretrained

    if block.source == "hub":
        where = f"dictionary.id: found {block.id!r}"
        record = pretrained.record_of(str(block.release), str(block.id))
    else:
        where = f"dictionary.path: found {block.path!r}"
        record = pretrained.local_record(Path(str(block.path)))
    fit.lives_at(record, settings.hook, where)
    if architecture is not None and "d_in" in record:
        fit.has_width(record, architecture.width)


def corpus(settings: Settings, architecture: Architecture | None) -> None:
    """That a dataset of the hub is to be had, with the split that is asked for."""
    block = settings.corpus
    if block.source == "hub":
        from litmus.corpus import hub

        hub.stream(hub.Where(str(block.dataset), block.subset, block.split, block.revision), "")


def directions(settings: Settings, architecture: Architecture | None) -> None:
    """That directions of one's own are finite vectors of the subject's width."""
    path = settings.directions.file
    if path is None or "file" not in (settings.directions.candidate, *settings.directions.controls):
        return
    from litmus.directions import own

    found = own.read(path)
    if architecture is not None:
        own.directions(found, range(len(found.names)), architecture.width, False, path)
