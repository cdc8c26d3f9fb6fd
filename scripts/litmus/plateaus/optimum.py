"""Whether a target is a local optimum of sensitivity: are nearby targets reached later?

Around each base's corner t stand neighbours (1 − ε)t + εr. A corner is a local optimum among those
tried where every neighbour's plateau is longer than its own. Mixing two targets brings them nearer
to the data's mean, whatever they are, so a random corner is tested alike, on the same bases and
with the same neighbours: only what a real corner has beyond a random one tells of features.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import beta, wilcoxon

from litmus.metrics.plateau.geometry import SCALES
from litmus.plateaus.laboratory import Laboratory
from litmus.plateaus.simplex import KINDS, towards
from litmus.separation.holm import holm

DIFFERENCE = "real_other − random"


def tested(laboratory: Laboratory, block: dict[str, Any], confidence: float) -> pd.DataFrame:
    """Rises of the plateau size (degrees) from the corner to its neighbours.

    Returns:
        corner (`random`, `real_other`, or the difference of the two, base by base), neighbour
        (`random` or `real_other`), mixing ε; rise: the mean over bases, with standard_error and
        Wilcoxon's p, and p_holm over all rows; optima: share of the bases at which every neighbour
        lies above, low and high its Clopper–Pearson interval; bases: how many were usable, those
        whose corner or neighbours leave the plateau within the range.
    """
    found: dict[tuple[str, str, float], np.ndarray] = {}
    count = block["neighbours"]
    # Real corners and neighbours from one draw: none of a base's is twice the same.
    real = laboratory.targets("real_other", 1 + count, "simplex", "corner")
    random = laboratory.targets("random", count, "neighbours")
    for kind in KINDS:
        corner = laboratory.targets(kind, 1, "simplex", "corner")
        for neighbour, others in zip(KINDS, (random, real[:, 1:]), strict=True):
            mixed = [(1 - e) * corner + e * others for e in block["mixing"]]
            seen = towards(laboratory, np.concatenate([corner, *mixed], 1), block)
            size = SCALES["sphere"].limit * seen.size.double().cpu().numpy()
            size[~seen.reached.cpu().numpy()] = np.nan
            rises = (size[:, 1:] - size[:, :1]).reshape(len(size), -1, count)
            for i, mixing in enumerate(block["mixing"]):
                found[kind, neighbour, mixing] = rises[:, i]
    rows = [_row(*key, rises, confidence) for key, rises in found.items()]
    for neighbour in KINDS:
        for mixing in block["mixing"]:
            apart = np.subtract(*(found[kind, neighbour, mixing].mean(1) for kind in KINDS[::-1]))
            rows.append(_row(DIFFERENCE, neighbour, mixing, apart[:, None], confidence))
            rows[-1] |= dict.fromkeys(("optima", "low", "high"), np.nan)
    table = pd.DataFrame(rows)
    return table.assign(p_holm=holm(table["p"].to_numpy(float)))


def _row(
    corner: str, neighbour: str, mixing: float, rises: np.ndarray, confidence: float
) -> dict[str, Any]:
    """What rises (bases, neighbours) say, bases with one beyond the range left out."""
    usable = rises[np.isfinite(rises).all(1)]
    of_base = usable.mean(1)
    n, optima = len(usable), int((usable > 0).all(1).sum())
    low, high = share_interval(optima, n, confidence)
    return {
        "corner": corner,
        "neighbour": neighbour,
        "mixing": mixing,
        "bases": n,
        "rise": of_base.mean() if n else np.nan,
        "standard_error": of_base.std(ddof=1) / np.sqrt(n) if n > 1 else np.nan,
        "p": float(wilcoxon(of_base).pvalue) if n > 1 and of_base.any() else np.nan,
        "optima": optima / n if n else np.nan,
        "low": low,
        "high": high,
    }


def share_interval(successes: int, n: int, confidence: float) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share; all of [0, 1] where nothing was seen."""
    tail = (1 - confidence) / 2
    low = beta.ppf(tail, successes, n - successes + 1) if successes else 0.0
    high = beta.ppf(1 - tail, successes + 1, n - successes) if successes < n else 1.0
    return float(low), float(high)
