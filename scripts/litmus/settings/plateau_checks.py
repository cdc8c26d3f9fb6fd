"""The checks between the keys of the plateau metric and of the plateau experiments."""

import math

from litmus.settings.checks import at_most, check

FINAL = "ln_final.hook_normalized"


def _layer(hook: str) -> int:
    return int(hook.split(".")[1])


def read_is_above_write(
    read: str, write: str | None, hook: str, layers: int, source: str
) -> str | None:
    """What is read depends on what is written.

    How many layers a model of others has is known where it is loaded.
    """
    lowest = _layer(write or hook)
    highest = layers - 1 if source == "train" else math.inf
    if read == FINAL or lowest <= _layer(read) <= highest:
        return None
    most = f"from {lowest} to {layers - 1}" if source == "train" else f"≥ {lowest}"
    where = "the write hook" if write else "hook"
    return (
        f"{FINAL}, or blocks.<M>.hook_resid_post with M {most}, for "
        f"{where} is {write or hook}: what is read must lie above it, inside the model"
    )


def write_is_inside_the_model(write: str | None, layers: int, source: str) -> str | None:
    """There is a block above it."""
    if write is None or source != "train" or _layer(write) < layers:
        return None
    return f"null, or a layer up to {layers - 1}, for the model has model.layers = {layers}"


def each_once(kinds: list[object]) -> str | None:
    """A kind is measured once."""
    return "each item once" if len(set(kinds)) < len(kinds) else None


def sequences_suffice(reference: int, bases: int, most: int) -> str | None:
    """Bases and the others are different evaluation sequences."""
    if bases + reference <= most:
        return None
    return f"at most {most - bases}: corpus.eval_sequences = {most}, less plateaus.bases = {bases}"


def others_suffice(reference: int, lines: int, neighbours: int) -> str | None:
    """A base's real targets all differ."""
    least = max(2 * lines, neighbours + 1)
    return None if reference >= least else f"at least {least}: 2·lines, and neighbours + 1"


def the_dictionary_is_there(kinds: list[str], write: str | None, hook: str) -> str | None:
    """The dictionary lives at the run's hook and nowhere else."""
    if write in (None, hook) or not any(kind.startswith("sae_") for kind in kinds):
        return None
    return f"kinds without sae_, for the dictionary lives at {hook} and plateaus.write is {write}"


MODEL = ("model.layers", "model.source")
for block in ("metrics.plateau", "plateaus"):
    check(f"{block}.read", f"{block}.write", "hook", *MODEL)(read_is_above_write)
    check(f"{block}.write", *MODEL)(write_is_inside_the_model)
    at_most(f"{block}.positions", "corpus.context")
at_most("metrics.plateau.bases", "corpus.eval_sequences")
for key in ("metrics.plateau.modes", "metrics.plateau.companions", "metrics.plateau.at"):
    check(key)(each_once)
check("plateaus.mixing")(each_once)
check("plateaus.reference", "plateaus.bases", "corpus.eval_sequences")(sequences_suffice)
check("plateaus.reference", "plateaus.lines", "plateaus.neighbours")(others_suffice)
for key in ("plateaus.base_kinds", "plateaus.direction_kinds"):
    check(key)(each_once)
    check(key, "plateaus.write", "hook")(the_dictionary_is_there)
