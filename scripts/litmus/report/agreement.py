"""Does the cheap measure carry the ranking? Where λ̂ and cheap measures of it agree, where not.

The rules, which are ours, are printed with the section (`RULES`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from markupsafe import Markup

from litmus.figures.inline import inline
from litmus.report import agreement_cost
from litmus.report.agreement_study import Study, study_part
from litmus.report.agreement_tables import delta_table, difference, estimate, ranking_table
from litmus.report.inputs import Loaded, ReportInputs, frame
from litmus.report.prose import count, listed
from litmus.study.run import BASELINE, same

CARRIES = 0.9
ALIKE = 0.05  # between two δ, of which ½ is the most
RULES = (
    f"A cheap measure carries λ̂’s ranking where the interval of ρ without the chains’ noise lies "
    f"above {CARRIES:g}, and does not where it lies below; else it is open.",
    "That is asked over all directions and within groups: ranks less each group’s mean rank, so "
    "that nothing the groups differ by on the whole counts.",
    "Agreement is weaker within groups than between them where the interval of the difference of "
    "the two lies above zero.",
    "δ differs where the interval of the difference, from the same resamples of directions, leaves "
    f"out zero; it is the same where the interval lies within ±{ALIKE:g}; else it is open. Nothing "
    "is corrected for the number of comparisons: of many, some differ by chance.",
)


class Verdicts(NamedTuple):
    """What the tables say, sorted."""

    held: list[str]
    failed: list[str]
    undecided: list[str]


def of_run(run: Loaded, inputs: ReportInputs) -> dict[str, Any] | None:
    """The section, where the run has the tables that `inputs.agreement` names; else nothing.

    Raises:
        LitmusError: a file is missing or damaged.
    """
    given = inputs.agreement
    if not given:
        return None
    tables = ("study", "study_ranking", "study_deltas")
    study = Study(*(frame(given[name]) for name in tables)) if "study" in given else None
    return section(
        frame(given["ranking"]),
        frame(given["deltas"]),
        run.separation,
        {metric: about["title"] for metric, about in run.words.items()},
        run.settings,
        given["figure"],
        inputs.benchmarks,
        inputs.jobs,
        study,
    )


def section(
    ranking: pd.DataFrame,
    deltas: pd.DataFrame,
    separation: pd.DataFrame,
    titles: Mapping[str, str],
    settings: Mapping[str, Any],
    figure: str | Path,
    benchmarks: Path,
    jobs: Sequence[str],
    study: Study | None = None,
) -> dict[str, Any]:
    """What `sections/agreement.html` shows.

    Args:
        ranking: `agreement.parquet`.
        deltas: `agreement_delta.parquet`.
        separation: `separation.parquet`.
        titles: of the metrics.
        settings: the whole config.
        figure: `figures/agreement.svg`.
        benchmarks: the folder of the jobs' benchmark files.
        jobs: the run's jobs.
        study: the study's tables, where it was run.
    """
    pairs = list(ranking[["dear", "cheap"]].drop_duplicates().itertuples(index=False, name=None))
    alike = [pair for pair in pairs if same(*pair, settings["metrics"])]
    told = verdicts(ranking, deltas, alike, titles)
    return {
        **told._asdict(),
        "rules": RULES,
        "others": others(pairs, alike),
        "excluded": excluded(ranking),
        "baseline": baseline(ranking, titles),
        "figure": Markup(inline(figure)),
        "overall": ranking_table(ranking[ranking["scope"] == "all"], titles, "Over all directions"),
        "ranking": ranking_table(ranking, titles, "How λ̂ and cheap measures rank", scopes=True),
        "deltas": delta_table(deltas, separation, titles),
        "cost": agreement_cost.table(pairs, settings["metrics"], titles, benchmarks, jobs),
        "confidence": f"{100 * settings['separation']['confidence']:.3g} %",
        "study": study_part(study, CARRIES) if study is not None else None,
    }


def verdicts(
    ranking: pd.DataFrame,
    deltas: pd.DataFrame,
    pairs: Sequence[tuple[str, str]],
    titles: Mapping[str, str],
) -> Verdicts:
    """What held, what did not, and what is open, for `pairs` by `RULES`."""
    told = Verdicts([], [], [])
    for dear, cheap in pairs:
        names = f"{titles[cheap]} for {titles[dear]}"
        of_pair = (ranking["dear"] == dear) & (ranking["cheap"] == cheap)
        rows = ranking[of_pair].set_index("scope")
        for scope, where in (("all", "over all directions"), ("within", "within groups")):
            if scope in rows.index:
                _carries(told, rows.loc[scope], f"{names}, {where}")
        if "within" in rows.index and rows.loc["within", "gap_low"] > 0:
            gap = estimate(rows.loc["within"], "gap")
            told.failed.append(
                f"{names}: the ranking agrees less within groups than between them, by {gap} of ρ."
            )
        chosen = deltas[(deltas["dear"] == dear) & (deltas["cheap"] == cheap)]
        _separates(told, chosen, names, titles[cheap])
    return told


def _carries(told: Verdicts, row: pd.Series, what: str) -> None:
    number = f"ρ = {estimate(row, 'corrected')} without the chains’ noise"
    plain = f", {estimate(row, 'rho')} with it"
    if pd.isna(row["corrected_low"]):
        told.undecided.append(
            f"{what}: not computed, for too few directions have both values or a known error."
        )
    elif row["corrected_low"] > CARRIES:
        told.held.append(f"{what}: it carries the ranking, {number}{plain}.")
    elif row["corrected_high"] < CARRIES:
        told.failed.append(f"{what}: it does not carry the ranking, {number}{plain}.")
    else:
        told.undecided.append(f"{what}: whether it carries the ranking is open, {number}{plain}.")


def _separates(told: Verdicts, rows: pd.DataFrame, names: str, cheap: str) -> None:
    """Where the two δ differ: a cheap δ that is lower separates better, yet is not λ̂'s."""
    known = rows.dropna(subset=["difference_low"])
    apart = (known["difference_low"] > 0) | (known["difference_high"] < 0)
    for higher in (True, False):
        part = known[apart & ((known["difference"] > 0) == higher)]
        if len(part):
            where = [f"{r.control} (by {difference(r)})" for r in part.itertuples()]
            told.failed.append(
                f"{names}: δ is not the same against {listed(where)}; "
                f"{cheap} separates {'better' if higher else 'worse'} there."
            )
    near = (known["difference_low"] > -ALIKE) & (known["difference_high"] < ALIKE)
    for rest, list_, verdict in (
        (known[~apart & near], told.held, "δ is the same"),
        (known[~apart & ~near], told.undecided, "whether δ is the same is open"),
    ):
        if len(rest):
            where = [f"{r.control} ({difference(r)})" for r in rest.itertuples()]
            list_.append(f"{names}: {verdict} against {listed(where)}.")


def others(pairs: Sequence[tuple[str, str]], alike: Sequence[tuple[str, str]]) -> str:
    """How many pairs stand in the tables without a verdict."""
    left = [pair for pair in pairs if pair not in alike and pair[1] != BASELINE]
    if not left:
        return ""
    what = "1 pair" if len(left) == 1 else f"{len(left)} pairs"
    return (
        f"{what} of different features (another threshold, other weights) "
        f"stand{'s' if len(left) == 1 else ''} in the tables without a verdict."
    )


def excluded(ranking: pd.DataFrame) -> str:
    """How many directions are left out, at most."""
    most = int(ranking.loc[ranking["scope"] == "all", "excluded"].max())
    if not most:
        return "All directions have both values."
    return f"Left out: directions of which either value is not ok, {count(most)} of a pair at most."


def baseline(ranking: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """What the projection's standard deviation alone does, as a sentence."""
    rows = ranking[(ranking["cheap"] == BASELINE) & (ranking["scope"] == "all")]
    if not len(rows):
        return ""
    parts = [
        f"{estimate(row, 'corrected')} with {titles[row['dear']]}" for _, row in rows.iterrows()
    ]
    return f"The projection’s standard deviation alone reaches ρ = {listed(parts)}."
