"""Which of a run's metrics are held against each other."""

import re
from collections.abc import Mapping
from typing import Any

DEAR = "llc_functional"
CHEAP = ("weight_sensitivity", "llc_quadratic")
BASELINE = "projection_std"


def pairs(
    blocks: Mapping[str, Any], metrics: Mapping[str, Mapping[str, Any]], few: bool = False
) -> list[tuple[str, str]]:
    """Every functional LLC with every cheap measure and the trivial baseline that are scored.

    Nothing where no functional LLC or no cheap measure is scored.

    Args:
        blocks: the config's `metrics`.
        metrics: of the run, each with its `family`, in the config's order.
        few: for each LLC only one of a cheap family: of the same feature if there is one, and of
            several scales the middle one; no baseline; two LLCs at most.
    """
    of = {f: [m for m, about in metrics.items() if about["family"] == f] for f in (DEAR, *CHEAP)}
    if not any(of[family] for family in CHEAP):
        return []
    if few:
        return [
            (dear, _middle([c for c in of[family] if same(dear, c, blocks)] or of[family]))
            for dear in of[DEAR][:2]
            for family in CHEAP
            if of[family]
        ]
    others = [m for family in CHEAP for m in of[family]] + [m for m in metrics if m == BASELINE]
    return [(dear, other) for dear in of[DEAR] for other in others]


def same(dear: str, cheap: str, blocks: Mapping[str, Any]) -> bool:
    """Whether a functional LLC and a cheap measure are of the same feature and all weights."""
    own = blocks[DEAR]
    at = re.fullmatch(DEAR + r"_([0-9.e+-]+)sigma", dear)
    family = next((f for f in CHEAP if cheap.startswith(f)), None)
    if at is None or family is None:
        return False
    other = blocks[family]
    if any(own[key] != other[key] for key in ("nonlinearity", "reduction")):
        return False
    if own["nonlinearity"] == "none":
        return True
    if family == CHEAP[0]:
        return float(at[1]) == other["threshold"]
    return cheap == f"{family}_{at[1]}sigma"


def _middle(names: list[str]) -> str:
    return names[len(names) // 2]
