"""What no key can tell alone: the checks between keys.

A check is a function of the values at its keys. It says what would be valid at the first of them,
or None where all is well, and runs whenever those keys are valid by themselves.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from litmus.settings.metrics import Metrics

Judge = Callable[..., str | None]


class Check(NamedTuple):
    """A judge, and the keys whose values it takes."""

    keys: tuple[str, ...]
    judge: Judge


CHECKS: list[Check] = []


def check(*keys: str) -> Callable[[Judge], Judge]:
    """Register a function as the judge of the values at `keys`."""

    def register(judge: Judge) -> Judge:
        CHECKS.append(Check(keys, judge))
        return judge

    return register


def at_most(key: str, limit: str) -> None:
    """Register the check that the number at `key` is at most that at `limit`."""
    check(key, limit)(lambda value, most: f"at most {limit} = {most}" if value > most else None)


at_most("activations.train_sequences", "corpus.max_train_sequences")
at_most("model.warmup_steps", "model.steps")
at_most("dictionary.k", "dictionary.width")
at_most("dictionary.batch_size", "dictionary.training_tokens")


@check("results")
def results_can_be_written(results: str) -> str | None:
    """The folder is there or can be made: no file is in its way, and its parent lets us write."""
    nearest = next(path for path in (Path(results), *Path(results).parents) if path.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return None
    why = "cannot be written to" if nearest.is_dir() else "is a file"
    return f"a folder that exists or can be made, but {nearest} {why}"


@check("hook", "model.layers")
def hook_is_inside_the_model(hook: str, layers: int) -> str | None:
    """There is a block below the hook, and one above."""
    if int(hook.split(".")[1]) < layers:
        return None
    choice = "layer 1" if layers == 2 else f"a layer from 1 to {layers - 1}"
    return f"{choice}, for the model has model.layers = {layers}"


@check("model.heads", "model.width")
def heads_divide_the_width(heads: int, width: int) -> str | None:
    """Heads share the residual stream evenly."""
    return f"a number that divides model.width = {width}" if width % heads else None


@check("directions.controls")
def controls_differ(controls: list[str]) -> str | None:
    """A group is drawn once."""
    return "each control once" if len(set(controls)) < len(controls) else None


@check(*(f"metrics.{name}.enabled" for name in Metrics.model_fields))
def something_is_scored(*enabled: bool) -> str | None:
    """A run without metrics has nothing to report."""
    return None if any(enabled) else "true for at least one metric"
