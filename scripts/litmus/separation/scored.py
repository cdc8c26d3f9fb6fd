"""The usable values among tidy scores, by the directions' numbers."""

import numpy as np
import pandas as pd

from litmus.errors import LitmusError
from litmus.tables import COUNTED, SCORES


def numbered(scores: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    """`scores` indexed by the number at the end of each direction's id, once known to be whole.

    Args:
        scores: tidy scores with the columns of `tables.SCORES`.
        groups: the groups that must have rows.

    Raises:
        LitmusError: a column or group is missing, an id has no number, or a direction has two
            scores of one metric.
    """
    if missing := [name for name in SCORES.names if name not in scores.columns]:
        raise LitmusError(
            f"scores: column {missing[0]!r} is missing; expected {', '.join(SCORES.names)}"
        )
    present = list(scores["group"].unique())
    if missing := [group for group in groups if group not in present]:
        raise LitmusError(
            f"scores: group {missing[0]!r} has no rows; there are {', '.join(present) or 'none'}"
        )
    numbers = scores["direction"].str.extract(r"/(\d+)$", expand=False)
    if numbers.isna().any():
        raise LitmusError(
            f"scores: direction {scores['direction'][numbers.isna()].iloc[0]!r} has no number; "
            "expected an id such as 'sae/00017'"
        )
    indexed = scores.set_index(pd.Index(numbers.astype("int64"), name="number"))
    twice = indexed.reset_index().duplicated(["group", "number", "metric"]).to_numpy()
    if twice.any():
        first = indexed[twice].iloc[0]
        raise LitmusError(
            f"scores: direction {first['direction']!r} has two scores of {first['metric']!r}; "
            "expected one"
        )
    return indexed


def usable(scores: pd.DataFrame, group: str) -> tuple[pd.Series, int]:
    """The finite values of `group` whose status is `ok`, and how many rows were left out.

    A `censored` value counts, as the limit that it is beyond: δ and AUROC rank values, and those
    beyond the limit are tied there.
    """
    of_group = scores[scores["group"] == group]
    values = of_group["value"].astype(float)
    kept = of_group["status"].isin(COUNTED) & np.isfinite(values)
    return values[kept], int((~kept).sum())
