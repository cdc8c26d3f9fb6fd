"""What the numbers allow one to say, decided by stated rules and by nothing else."""

import math
from collections.abc import Collection
from typing import Literal, NamedTuple

import pandas as pd

from litmus.tables import COUNTED

BASELINE = "projection_std"

Against = Literal["better", "undecided", "no better", "equal by construction", "is it", "unknown"]


class Judgement(NamedTuple):
    """One metric against one control."""

    metric: str
    control: str
    delta: float
    delta_null: float
    delta_crossfit: float
    higher: str
    computed: bool
    beats_chance: bool
    against_baseline: Against
    baseline_crossfit: float
    win_share: float
    p_wilcoxon: float


def level(confidence: float) -> float:
    """1 − confidence, without the dust that floating point leaves: 0.05 for 0.95."""
    return round(1 - confidence, 12)


def beats_chance(row: pd.Series, confidence: float) -> bool:
    """Whether the corrected p is below 1 − confidence and δ's interval ends below the null line.

    Both are asked for: p alone grows sharp with n, the interval alone is not corrected for the
    number of comparisons. A NaN in either is no.
    """
    return bool(row["p_holm"] < level(confidence) and row["delta_high"] < row["delta_null"])


def paired_controls(separation: pd.DataFrame) -> set[str]:
    """The controls whose directions are partners of the candidate's, one for one.

    They have their partner's projection variance, so the standard deviation cannot tell them.
    """
    known = separation["win_share"].notna()
    return set(separation.loc[known, "control"])


def judge(separation: pd.DataFrame, confidence: float) -> list[Judgement]:
    """A judgement for every row of separation.parquet, in its order."""
    paired = paired_controls(separation)
    baseline = separation[separation["metric"] == BASELINE].set_index("control")
    judgements = []
    for _, row in separation.iterrows():
        std = math.nan
        if row["control"] in baseline.index:
            std = float(baseline.loc[row["control"], "delta_crossfit"])
        judgements.append(
            Judgement(
                row["metric"],
                row["control"],
                row["delta"],
                row["delta_null"],
                row["delta_crossfit"],
                row["higher"],
                math.isfinite(row["delta"]),
                beats_chance(row, confidence),
                _against_baseline(row, std, paired, confidence),
                std,
                row["win_share"],
                row["p_wilcoxon"],
            )
        )
    return judgements


def _against_baseline(row: pd.Series, std: float, paired: set[str], confidence: float) -> Against:
    """How a metric stands to the projection's standard deviation against the same control."""
    if row["metric"] == BASELINE:
        return "is it"
    if row["control"] in paired:
        return "equal by construction"
    if not (math.isfinite(row["delta_crossfit"]) and math.isfinite(std)):
        return "unknown"
    if row["delta_crossfit"] >= std:
        return "no better"
    # A measure that chance explains is not better than another that chance explains.
    clear = row["delta_high"] < std and beats_chance(row, confidence)
    return "better" if clear else "undecided"


def says_something(judgement: Judgement) -> bool:
    """Beats chance, and the standard deviation too wherever that could tell the groups apart."""
    return judgement.beats_chance and judgement.against_baseline in (
        "better",
        "equal by construction",
    )


def rules(confidence: float, trivial: Collection[str]) -> list[str]:
    """The rules behind the verdict, one sentence each, for a report on `confidence`."""
    alpha, share = f"{level(confidence):.3g}", f"{100 * confidence:.3g} %"
    told = [
        f"“Beats chance” means both: the permutation p, Holm-corrected over all comparisons, is "
        f"below {alpha}, and the upper end of δ’s {share} interval lies below the null line, the "
        f"δ that two equal groups of these sizes show."
    ]
    if BASELINE in trivial:
        told += [
            f"“Better than the standard deviation” means that the measure beats chance and that "
            f"this upper end also lies below the cross-fitted δ of {BASELINE} against the same "
            f"control; “no better” means that the measure’s own cross-fitted δ does not; between "
            "the two the data do not decide.",
            "Against a paired control the standard deviation is equal by construction, so chance "
            "is the only yardstick there.",
        ]
    return told


def failures(scores: pd.DataFrame) -> pd.DataFrame:
    """How many estimates of each metric and group ended in each status.

    Args:
        scores: all metrics' scores, in the SCORES contract.

    Returns:
        Columns metric, group, status, count, without the ones that are ok.
    """
    failed = scores[~scores["status"].isin(COUNTED)]
    counted = failed.groupby(["metric", "group", "status"], sort=False).size()
    return counted.rename("count").reset_index()
