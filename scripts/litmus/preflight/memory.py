"""What the largest jobs hold, against the memory that holds it: this machine's, or a GPU's."""

from typing import NamedTuple

from litmus.plan.work import Size
from litmus.preflight.machine import size as in_words
from litmus.settings.settings import Settings

FLOAT = 4  # bytes
COPIES = 4  # of a chain's weights: itself, gradient, its product with the step, the distance


class Held(NamedTuple):
    """What some job holds at least."""

    what: str
    bytes: float
    computed: bool
    """Whether it lies on the GPU where there is one; else in this machine's memory."""
    instead: str
    """What would hold less."""


def held(settings: Settings, size: Size) -> list[Held]:
    """What jobs of a run hold.

    Args:
        settings: the run's.
        size: the subject's, at the hook.
    """
    weights, smaller = FLOAT * size.parameters, "a smaller subject"
    found = [
        Held("loading the subject", 3 * weights, False, smaller),
        Held("the subject", weights, True, smaller),
    ]
    for name in ("llc_functional", "llc_behavioral", "llc_natural"):
        block = getattr(settings.metrics, name)
        if block.enabled and "full" in block.weights:  # a part of the weights may be small
            needs = block.chains * FLOAT * size.parameters_below * COPIES
            fewer = f"fewer metrics.{name}.chains"
            found.append(Held(f"one direction of {name}", needs, True, fewer))
    if settings.trains_dictionary():
        tokens = settings.activations.train_sequences * settings.corpus.context
        needs = 2 * FLOAT * tokens * size.architecture.width
        fewer = "fewer activations.train_sequences"
        found.append(Held("the dictionary's training data", needs, False, fewer))
    return found


def lacking(parts: list[Held], ram: float, gpu: float | None) -> list[str]:
    """A sentence for each memory that is too small for the largest it is to hold.

    Args:
        parts: what jobs hold.
        ram: bytes of this machine's memory.
        gpu: bytes of a GPU that jobs run on; None: they run in this machine's memory.
    """
    places = {"this machine": (ram, [part for part in parts if gpu is None or not part.computed])}
    if gpu is not None:
        places["the GPU"] = gpu, [part for part in parts if part.computed]
    found = []
    for name, (there, inside) in places.items():
        largest = max(inside, key=lambda part: part.bytes)
        if largest.bytes > there:
            found.append(
                f"memory: {name} has {in_words(there)}, {largest.what} needs "
                f"{in_words(largest.bytes)} of it; valid: more memory, or {largest.instead}"
            )
    return found
