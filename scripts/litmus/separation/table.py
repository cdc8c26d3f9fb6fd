"""The separation table: one row for each metric and control."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from litmus.seeds import generator
from litmus.separation.auroc import auroc
from litmus.separation.delta import crossfit, fit
from litmus.separation.holm import holm
from litmus.separation.paired import wilcoxon_p, win_share
from litmus.separation.resampling import bootstrap, permute
from litmus.separation.scored import numbered, usable

_TEXT = ("metric", "control", "higher")
_COLUMNS = (
    *("metric", "control", "n_candidate", "n_control", "excluded_candidate", "excluded_control"),
    *("mean_candidate", "std_candidate", "mean_control", "std_control"),
    *("delta", "delta_low", "delta_high", "delta_null", "delta_crossfit", "threshold"),
    *("auroc", "auroc_low", "auroc_high", "higher", "p_permutation", "p_holm"),
    *("win_share", "p_wilcoxon"),
)


def _type(column: str) -> pa.DataType:
    if column in _TEXT:
        return pa.string()
    return pa.int32() if column.startswith(("n_", "excluded_")) else pa.float64()


SEPARATION = pa.schema([(column, _type(column)) for column in _COLUMNS])


class Effort(NamedTuple):
    """How sure and how exact: the config's `separation` block."""

    confidence: float
    bootstrap: int
    permutations: int
    crossfits: int


def separate(
    scores: pd.DataFrame,
    candidate: str,
    controls: list[str],
    paired: set[str],
    seed: int,
    confidence: float,
    bootstrap: int,
    permutations: int,
    crossfits: int,
) -> pd.DataFrame:
    """Compare the candidate with each control by each metric.

    Only rows with status `ok` and a finite value are used; the others are counted as excluded. A
    group with fewer than two usable values gives statistics of NaN. A row depends on `seed` and
    its own metric and groups alone, but for `p_holm`: `p_permutation` corrected over all rows.

    Args:
        scores: tidy scores with the columns of `tables.SCORES`, in any order.
        candidate: the group that must beat the controls.
        controls: the groups to compare it with, in the order of the rows.
        paired: those of `controls` whose direction i was made for the candidate's direction i.
        seed: the config's seed.
        confidence: of the intervals, such as 0.95.
        bootstrap: resamples for the interval of δ.
        permutations: relabellings for the null line and p.
        crossfits: random halvings for the cross-fitted δ.

    Returns:
        The columns of `SEPARATION`; metrics in their order of appearance, controls within them.
        Standard deviations are the samples' (n − 1).

    Raises:
        LitmusError: a column or group is missing, an id has no number, or a direction has two
            scores of one metric.
    """
    rows_of = numbered(scores, [candidate, *controls])
    effort = Effort(confidence, bootstrap, permutations, crossfits)
    rows = []
    for metric in scores["metric"].unique():
        of_metric = rows_of[rows_of["metric"] == metric]
        ours, excluded = usable(of_metric, candidate)
        for control in controls:
            theirs, excluded_control = usable(of_metric, control)
            row = dict.fromkeys(_COLUMNS, np.nan) | {
                "metric": metric,
                "control": control,
                "n_candidate": len(ours),
                "n_control": len(theirs),
                "excluded_candidate": excluded,
                "excluded_control": excluded_control,
                "mean_candidate": ours.mean(),
                "std_candidate": ours.std(),
                "mean_control": theirs.mean(),
                "std_control": theirs.std(),
                "higher": "neither",
            }
            if min(len(ours), len(theirs)) >= 2:
                streams = (seed, "separation", metric, control)
                row |= _compared(ours.to_numpy(), theirs.to_numpy(), streams, effort)
                row["higher"] = {1: candidate, -1: control, 0: "neither"}[row["higher"]]
            if control in paired:
                row |= _paired(ours, theirs)
            rows.append(row)
    table = pd.DataFrame(rows, columns=_COLUMNS)
    return table.assign(p_holm=holm(table["p_permutation"].to_numpy(float)))


def as_table(separation: pd.DataFrame) -> pa.Table:
    """The result of `separate` under the schema `SEPARATION`; NaN becomes null."""
    table = pa.Table.from_pandas(separation, schema=SEPARATION, preserve_index=False)
    return table.replace_schema_metadata(None)  # pandas' version is no part of the contract


def _compared(
    candidate: np.ndarray, control: np.ndarray, streams: tuple[int | str, ...], effort: Effort
) -> dict[str, float]:
    """The statistics of two groups with at least two values each; `higher` as a sign."""
    cut = fit(candidate, control)
    chance = permute(candidate, control, effort.permutations, generator(*streams, "permutation"))
    limits = bootstrap(
        candidate, control, effort.bootstrap, effort.confidence, generator(*streams, "bootstrap")
    )
    halved = crossfit(candidate, control, effort.crossfits, generator(*streams, "crossfit"))
    area = auroc(candidate, control, effort.confidence)
    return {
        "delta": cut.delta,
        "delta_low": limits.low,
        "delta_high": limits.high,
        "delta_null": chance.delta_null,
        "delta_crossfit": halved,
        "threshold": cut.threshold,
        "auroc": area.value,
        "auroc_low": area.low,
        "auroc_high": area.high,
        "higher": cut.direction,
        "p_permutation": chance.p,
    }


def _paired(ours: pd.Series, theirs: pd.Series) -> dict[str, float]:
    """The statistics of the pairs of which both are usable; none below two pairs."""
    pairs = pd.concat([ours, theirs], axis=1, join="inner").sort_index().to_numpy()
    if len(pairs) < 2:
        return {}
    return {"win_share": win_share(*pairs.T), "p_wilcoxon": wilcoxon_p(*pairs.T)}
