"""How far two metrics agree on which directions are extreme, group by group.

The source sets its best ablation against its best learning coefficient: Pearson's ρ 0.38 among
random directions and 0.47 among features, and next to none among samples below the median.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.stats import norm, pearsonr, spearmanr

AGREEMENT = pa.schema(
    [
        ("metric", pa.string()),
        ("other", pa.string()),
        ("group", pa.string()),
        ("subset", pa.string()),
        ("n", pa.int32()),
        *((name, pa.float64()) for name in ("pearson", "pearson_low", "pearson_high")),
        *((name, pa.float64()) for name in ("spearman", "spearman_low", "spearman_high")),
    ]
)
SUBSETS = ("all", "below_median")
FEWEST = 5  # pairs, below which no interval is worth its name
# Of the modified z-score: Iglewicz and Hoaglin 1993.
OUTLYING = 3.5


class Correlation(NamedTuple):
    """A coefficient with its interval."""

    value: float
    low: float
    high: float


def pearson(x: np.ndarray, y: np.ndarray, confidence: float) -> Correlation:
    """Pearson's r with Fisher's interval, which takes both to be jointly Gaussian."""
    return _correlation(pearsonr, x, y, confidence, lambda r: 1.0)


def spearman(x: np.ndarray, y: np.ndarray, confidence: float) -> Correlation:
    """Spearman's ρ with the interval of Bonett and Wright 2000, which no monotone map changes."""
    return _correlation(spearmanr, x, y, confidence, lambda r: 1 + r * r / 2)


def _correlation(of, x: np.ndarray, y: np.ndarray, confidence: float, spread) -> Correlation:  # noqa: ANN001
    """The coefficient `of`, and tanh(artanh r ± z·√(spread/(n − 3)))."""
    if len(x) < FEWEST or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Correlation(np.nan, np.nan, np.nan)
    r = float(of(x, y).statistic)
    reach = norm.ppf((1 + confidence) / 2) * np.sqrt(spread(r) / (len(x) - 3))
    with np.errstate(divide="ignore"):  # ±1 stays ±1
        low, high = np.tanh(np.arctanh(r) + np.array([-reach, reach]))
    return Correlation(r, float(low), float(high))


def paired(scores: pd.DataFrame, metric: str, other: str) -> pd.DataFrame:
    """Directions that both metrics scored with status ok: columns direction, group, x, y.

    Args:
        scores: tidy scores of both metrics.
        metric: on y.
        other: on x.
    """
    usable = scores[(scores["status"] == "ok") & np.isfinite(scores["value"])]
    columns = ["direction", "group", "value"]
    x, y = (usable.loc[usable["metric"] == name, columns] for name in (other, metric))
    both = x.merge(y.drop(columns="group"), on="direction", suffixes=("_x", "_y"))
    return both.rename(columns={"value_x": "x", "value_y": "y"})


def below_median(points: pd.DataFrame) -> pd.Series:
    """Whether a direction lies below its group's median on both axes; our reading of the source."""
    low = points[["x", "y"]] < points.groupby("group")[["x", "y"]].transform("median")
    return low.all(axis=1)


def agreement(
    scores: pd.DataFrame, metrics: Sequence[str], other: str, confidence: float
) -> pd.DataFrame:
    """Pearson and Spearman of each of `metrics` with `other`, in each group and subset.

    Returns:
        The columns of `AGREEMENT`.
    """
    rows = []
    for metric in metrics:
        points = paired(scores, metric, other)
        subsets = dict(zip(SUBSETS, (points, points[below_median(points)]), strict=True))
        for group in pd.unique(scores["group"]):
            for subset, of in subsets.items():
                x, y = of.loc[of["group"] == group, ["x", "y"]].to_numpy(float).T
                found = (*pearson(x, y, confidence), *spearman(x, y, confidence))
                rows.append((metric, other, group, subset, len(x), *found))
    return pd.DataFrame(rows, columns=AGREEMENT.names)


def outlyingness(points: pd.DataFrame) -> pd.Series:
    """The larger of both axes' modified z-scores within the group, of logarithms where positive.

    0.6745·|x − median| / MAD: above `OUTLYING` a direction is an outlier.
    """

    def modified(values: pd.Series) -> pd.Series:
        scaled = np.log(values) if (values > 0).all() else values
        apart = (scaled - scaled.median()).abs()
        return 0.6745 * apart / (apart.median() or np.nan)

    scores = [points.groupby("group")[axis].transform(modified) for axis in ("x", "y")]
    return pd.concat(scores, axis=1).max(axis=1).fillna(0.0)
