"""How well one threshold on the plateau size tells two kinds apart.

Sizes beyond the range enter as the range, a tie: δ depends on ranks alone, so how far beyond they
lie is nothing to it. Lines from one base are no independent sample: intervals resample bases.
"""

from itertools import combinations

import numpy as np
import pandas as pd

from litmus.seeds import generator
from litmus.separation.delta import fit
from litmus.separation.holm import holm
from litmus.separation.interval import Interval, widened
from litmus.separation.paired import wilcoxon_p

COLUMNS = ["mode", "first", "second", "delta", "delta_low", "delta_high", "delta_null"]
COLUMNS += ["longer", "p", "p_holm"]


def compare(sizes: pd.DataFrame, resamples: int, confidence: float, seed: int) -> pd.DataFrame:
    """δ between every two kinds, in each mode, and whether plateaus differ base by base.

    Args:
        sizes: as `curves.measure` has them, the same bases for every kind.
        resamples: of the bases, the same ones in both kinds; and swaps of the kinds' names.
        confidence: of the reflected bootstrap interval, within [0, ½].
        seed: of the resamples.

    Returns:
        mode, first, second, delta, delta_low, delta_high; delta_null, the mean δ where the kinds'
        names are swapped at random base by base; longer, the kind with longer plateaus; p of
        Wilcoxon's signed-rank test on the bases' mean sizes, and p_holm over all rows.
    """
    rows = []
    for mode, of_mode in sizes.groupby("mode", sort=False):
        by_kind = {
            kind: part.pivot(index="base", columns="line", values="size").to_numpy()
            for kind, part in of_mode.groupby("kind", sort=False)
        }
        bases = len(next(iter(by_kind.values())))
        source = generator(seed, "plateaus", "pairs", mode)
        drawn = source.integers(bases, size=(resamples, bases))
        swapped = source.random((resamples, bases)) < 0.5
        for first, second in combinations(by_kind, 2):
            pair = by_kind[first], by_kind[second]
            cut = fit(*(kind.ravel() for kind in pair))
            deltas = [fit(*(kind[i].ravel() for kind in pair)).delta for i in drawn]
            nulls = [fit(*_swapped(*pair, at)).delta for at in swapped]
            tail = (1 - confidence) / 2
            low, high = np.clip(2 * cut.delta - np.quantile(deltas, [1 - tail, tail]), 0, 0.5)
            limits = widened(Interval(low, high), cut.delta, (0, 0.5), bases, confidence)
            rows.append(
                {
                    "mode": mode,
                    "first": first,
                    "second": second,
                    "delta": cut.delta,
                    "delta_low": float(limits.low),
                    "delta_high": float(limits.high),
                    "delta_null": float(np.mean(nulls)),
                    "longer": {1: first, -1: second, 0: "neither"}[cut.direction],
                    "p": wilcoxon_p(*(kind.mean(1) for kind in pair)),
                }
            )
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    return table.assign(p_holm=holm(table["p"].to_numpy(float)))


def _swapped(one: np.ndarray, other: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both kinds' lines (bases, n), with the names swapped at some bases, as rows."""
    where = at[:, None]
    return np.where(where, other, one).ravel(), np.where(where, one, other).ravel()


def summary(sizes: pd.DataFrame) -> pd.DataFrame:
    """Restricted mean size of each mode and kind with its standard error over bases.

    Returns:
        mode, kind, lines, mean, standard_error, median, reached (the share that is).
    """
    rows = []
    for (mode, kind), part in sizes.groupby(["mode", "kind"], sort=False):
        of_base = part.groupby("base")["size"].mean().to_numpy()
        rows.append(
            {
                "mode": mode,
                "kind": kind,
                "lines": len(part),
                "mean": of_base.mean(),
                "standard_error": of_base.std(ddof=1) / np.sqrt(len(of_base)),
                "median": part["size"].median(),
                "reached": part["reached"].mean(),
            }
        )
    return pd.DataFrame(rows)
