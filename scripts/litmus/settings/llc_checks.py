"""The checks between the keys of the local learning coefficients' blocks."""

import re
from typing import Any

from litmus.settings.block import number
from litmus.settings.checks import at_most, check

FAMILIES = ("llc_functional", "llc_behavioral", "llc_natural")
FEWEST_DRAWS = 4  # split R-hat compares the halves of a chain, and a variance needs two draws
LIMIT = 4  # of ε·γ: a step multiplies the distance by 1 − εγ/2, which must stay within ±1
GAIN = {"sgld": 1, "rmsprop_sgld": 10}  # what a sampler multiplies ε with at most


def draws_are_left(burn_in: int, steps: int, every: int) -> str | None:
    """Enough draws follow the burn-in to judge a chain."""
    most = steps - (FEWEST_DRAWS - 1) * every - 1
    if burn_in <= most:
        return None
    if most < 1:
        return f"more steps: {FEWEST_DRAWS} draws, {every} steps apart, do not fit into {steps}"
    return f"at most {most}, for split R-hat needs {FEWEST_DRAWS} draws of the {steps} steps"


def the_chain_is_stable(
    learning_rate: float, localization: float, calibrate: list[str], sampler: str = "sgld"
) -> str | None:
    """The pull alone does not drive the chain away; calibration sees to it itself."""
    limit = LIMIT / GAIN[sampler]
    if learning_rate * localization < limit or {"learning_rate", "localization"} & {*calibrate}:
        return None
    most = limit / localization
    return f"below {limit:g} / localization = {most:.3g}; from there on every chain diverges"


def weights_lie_below_the_hook(
    weights: list[str], hook: str, heads: int, source: str
) -> str | None:
    """Every name matches some parameter that moves the activation.

    How many heads a model of others has is known where it is loaded: `litmus.restriction` tells.
    """
    layers = int(hook.split(".")[1])
    for name in weights:
        layer, head = re.match(r"l(\d+)", name), re.search(r"h(\d+)$", name)
        if layer and int(layer[1]) >= layers:
            return f"layers l0 to l{layers - 1}, those below {hook}; {name!r} moves nothing there"
        if head and source == "train" and int(head[1]) >= heads:
            return f"heads h0 to h{heads - 1}, for model.heads = {heads}; found {name!r}"
    return "each name once" if len(set(weights)) < len(weights) else None


def each_once(thresholds: list[Any]) -> str | None:
    """A threshold names a metric."""
    names = {f"{number(k):g}" for k in thresholds}
    return "each number once, to six digits" if len(names) < len(thresholds) else None


def rises(limits: list[Any]) -> str | None:
    """Lowest first."""
    low, high = map(number, limits)
    return None if low <= high else "the lowest value, then the highest"


def some_setting_is_stable(
    calibrate: list[str],
    sampler: str,
    learning_rate: float,
    localization: float,
    rates: list[Any],
    pulls: list[Any],
) -> str | None:
    """What is tried holds settings whose chains do not diverge by the pull alone."""
    low = number(rates[0]) if "learning_rate" in calibrate else learning_rate
    pull = number(pulls[0]) if "localization" in calibrate else localization
    limit = LIMIT / GAIN[sampler]
    if low * pull < limit or not {"learning_rate", "localization"} & {*calibrate}:
        return None
    return (
        f"a lowest learning_rate · localization below {limit:g}; with {low:g} · {pull:g} every "
        "chain tried diverges"
    )


def rows_are_left(
    count: int, width: int, source: str, candidate: str, controls: list[str], *given: Any
) -> str | None:
    """Calibration's dictionary rows are not among those that are scored.

    How many rows a dictionary of others has is known where it is loaded.
    """
    if source != "train" or "sae" not in (candidate, *controls):
        return None
    blocks = [given[i : i + 3] for i in range(0, len(given), 3)]
    wanted = max((number // 2 for on, keys, number in blocks if on and keys), default=0)
    if count <= width - wanted or count > width:  # the latter is told by itself
        return None
    return (
        f"at most {width - wanted}: {width} rows in the dictionary, less {wanted} to calibrate on"
    )


def a_borrowed_pull_is_positive(own: float | None, lent: float, calibrate: list[str]) -> str | None:
    """Without a pull λ of the quadratic is half the rank of its Hessian."""
    if own is None and lent == 0 and "localization" not in calibrate:
        return "a number > 0, for metrics.llc_functional.localization, which null takes over, is 0"
    return None


for family in FAMILIES:
    key = f"metrics.{family}"
    at_most(f"{key}.batch_size", "corpus.eval_sequences")
    check(f"{key}.burn_in", f"{key}.steps", f"{key}.draw_every")(draws_are_left)
    chain = (f"{key}.learning_rate", f"{key}.localization")
    check(*chain, f"{key}.calibrate", f"{key}.sampler")(the_chain_is_stable)
    check(f"{key}.weights", "hook", "model.heads", "model.source")(weights_lie_below_the_hook)
    for name in ("learning_rate", "n_beta", "localization"):
        check(f"{key}.calibration.{name}")(rises)
    check(
        f"{key}.calibrate",
        f"{key}.sampler",
        *chain,
        f"{key}.calibration.learning_rate",
        f"{key}.calibration.localization",
    )(some_setting_is_stable)
check("metrics.llc_functional.thresholds")(each_once)
check(
    "directions.count",
    "dictionary.width",
    "dictionary.source",
    "directions.candidate",
    "directions.controls",
    *(
        f"metrics.{family}.{name}"
        for family in FAMILIES
        for name in ("enabled", "calibrate", "calibration.directions")
    ),
)(rows_are_left)
check(
    "metrics.llc_quadratic.localization",
    "metrics.llc_functional.localization",
    "metrics.llc_functional.calibrate",
)(a_borrowed_pull_is_positive)
