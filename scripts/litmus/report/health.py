"""How the estimates fared: statuses of every metric, and what the chains say of themselves."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pandas as pd
from markupsafe import Markup

from litmus.figures.chains import ORDER, chosen, judged
from litmus.figures.inline import inline
from litmus.report.cells import Cell, Table, cell, text
from litmus.report.inputs import Loaded, ReportInputs
from litmus.report.prose import count, fixed, listed, number, plural

STABLE = 4.0  # `sampling.curvature.LIMIT`, without the tensors that come with it
MEANINGS = {
    "ok": "the estimate counts",
    "censored": "on no line did the output change by the threshold: the value is the range, and "
    "counts in comparisons as a tie there",
    "not_converged": "the chains disagree, still drift, or hold too few independent draws",
    "unreached": "on too many tokens the intervention could not give the feature the value that "
    "it was to have, so another quantity was measured",
    "diverged": "a chain grew without bound, so there is no value",
    "dead": "the feature is zero on all evaluation data, so there is nothing to estimate",
}


class Chains(NamedTuple):
    """What the page says of one metric's chains."""

    title: str
    summary: str
    sentences: list[str]
    figure: Markup
    shown: Table
    groups: Table


def section(run: Loaded, inputs: ReportInputs) -> dict[str, Any]:
    """All that `health.html` names; its `chains` are empty where no metric ran any."""
    titles = {metric: about["title"] for metric, about in {**inputs.words, **run.words}.items()}
    blocks = run.settings.get("metrics", {})
    chains, patched = [], False
    for metric, figure in inputs.chains.items():
        family = inputs.words.get(metric, {}).get("family", metric)
        health, block = judged(run.diagnostics, run.scores, metric), blocks.get(family, {})
        groups = list(dict.fromkeys([inputs.candidate, *health["group"]]))
        title, fine = titles.get(metric, metric), int((health["status"] == "ok").sum())
        patched |= "max_unreached" in block
        chains.append(
            Chains(
                title,
                f"{count(fine)} of {count(len(health))} ok",
                sentences(health, block, signed=family == "llc_natural"),
                Markup(inline(figure)),
                shown_table(health, title),
                group_table(health, groups, block, title),
            )
        )
    return {
        "statuses": status_table(run.scores, titles),
        "meanings": [(status.replace("_", " "), told) for status, told in MEANINGS.items()],
        "chains": chains,
        "patched": patched,
    }


def status_table(scores: pd.DataFrame, titles: Mapping[str, str]) -> Table:
    """Estimates by metric and status, every metric listed."""
    rows = []
    for metric in dict.fromkeys(scores["metric"]):
        counts = scores.loc[scores["metric"] == metric, "status"].value_counts()
        rows.append([text(titles.get(metric, metric)), *(_count(counts, s) for s in ORDER)])
    columns = ("measure", *(status.replace("_", " ") for status in ORDER))
    return Table("Estimates by status; only ok and censored ones are compared", columns, rows)


def sentences(health: pd.DataFrame, block: Mapping[str, Any], *, signed: bool) -> list[str]:
    """What a metric's chains had to keep to, whether their steps were too long, and signs.

    Args:
        health: the result of `figures.chains.judged`.
        block: the settings of the metric's family.
        signed: whether the metric may be negative.
    """
    limits = [
        phrase.format(f"{block[key]:g}")
        for key, phrase in (
            ("max_rhat", "an R-hat of at most {}"),
            ("min_ess", "at least {} effective draws"),
            ("max_drift", "a drift within ±{}"),
        )
        if key in block
    ]
    told = [f"Converged means {listed(limits)}: limits of ours."] if limits else []
    stiff = health.loc[health["status"] != "dead", "stiffness"].dropna()
    if beyond := int((stiff >= STABLE).sum()):
        told.append(
            f"The stiffness of {plural(beyond, 'direction')} reaches {STABLE:g} or more: there "
            "chains diverge, or their estimate is as much the step size’s as the feature’s."
        )
    elif len(stiff):
        told.append(f"The stiffness stays below {STABLE:g} everywhere.")
    return [*told, _signs(health)] if signed else told


def group_table(
    health: pd.DataFrame, groups: list[str], block: Mapping[str, Any], title: str
) -> Table:
    """A column a group, a row a quantity, and last the limit that it is held against.

    Statuses that occur; R-hat, effective draws, drift, distance and stiffness; and, where the
    family patches activations, the share of tokens that the intervention missed. Dead directions
    count as such, and nowhere else.
    """
    by_group = {group: health[health["group"] == group] for group in groups}
    alive = {group: rows[rows["status"] != "dead"] for group, rows in by_group.items()}

    def row(
        name: str, column: str, of: str | float, shown: Callable[[float], str], limit: str = ""
    ) -> list[Cell]:
        values = [_summary(alive[group][column], of) for group in groups]
        return [text(name), *(cell(v, shown(v)) for v in values), Cell(limit)]

    def most(key: str, phrase: str) -> str:
        return phrase.format(f"{block[key]:g}") if key in block else ""

    counts = {group: rows["status"].value_counts() for group, rows in by_group.items()}
    rows = [
        [text(status.replace("_", " ")), *(_count(counts[g], status) for g in groups), Cell("")]
        for status in ORDER
        if status == "ok" or (health["status"] == status).any()
    ]
    rows += [
        row("R-hat, median", "rhat", 0.5, fixed),
        row("R-hat, 90 % are below", "rhat", 0.9, fixed),
        row("R-hat, highest", "rhat", 1.0, fixed, most("max_rhat", "at most {}")),
        row("effective draws, median", "ess", 0.5, count),
        row("effective draws, fewest", "ess", 0.0, count, most("min_ess", "at least {}")),
        row("drift, median", "drift", 0.5, _two),
        row("drift, farthest from 0", "drift", "farthest", _two, most("max_drift", "within ±{}")),
        row("distance, median", "distance", 0.5, number),
        row("stiffness, highest", "stiffness", 1.0, _two, f"below {STABLE:g}"),
    ]
    if "max_unreached" in block:
        limit = f"at most {_share(block['max_unreached'])}"
        rows.append(row("tokens missed, highest share", "unreached", 1.0, _share, limit))
    return Table(f"{title}: the chains by group", ("", *groups, "limit"), rows)


def shown_table(health: pd.DataFrame, title: str) -> Table:
    """One row a direction whose chains the figure shows, in its order."""
    rows = [
        [
            text(row.direction),
            text(status.replace("_", " ")),
            cell(row.rhat, fixed(row.rhat)),
            cell(row.ess, count(row.ess)),
            cell(row.drift, _two(row.drift)),
            cell(row.distance, number(row.distance)),
            cell(row.stiffness, _two(row.stiffness)),
        ]
        for status, directions in chosen(health).items()
        for row in directions.itertuples()
    ]
    columns = ("direction", "status", "R-hat", "effective draws", "drift", "distance", "stiffness")
    return Table(f"{title}: the directions shown", columns, rows)


def _signs(health: pd.DataFrame) -> str:
    """How many estimates are negative, and how many of them clearly."""
    fine = health[health["status"] == "ok"]
    below = int((fine["value"] < 0).sum())
    if not below:
        return f"None of the {plural(len(fine), 'ok estimate')} is negative, though any may be."
    clear = int((fine["value"] + 2 * fine["standard_error"] < 0).sum())
    return (
        f"{count(below)} of the {plural(len(fine), 'ok estimate')} {'is' if below == 1 else 'are'} "
        f"negative, {count(clear)} by more than two standard errors: there, moving the weights "
        "helped the model to predict. They count like the others."
    )


def _count(counts: pd.Series, status: str) -> Cell:
    found = int(counts.get(status, 0))
    return cell(found, count(found))


def _summary(values: pd.Series, of: str | float) -> float:
    """A quantile, or the value farthest from zero; NaN where there is none."""
    known = values.dropna()
    if of == "farthest":
        return float(known.loc[known.abs().idxmax()]) if len(known) else float("nan")
    return float(known.quantile(of))


def _two(value: float) -> str:
    return fixed(value, 2)


def _share(value: float) -> str:
    return f"{fixed(100 * value, 1).removesuffix('.0')} %" if pd.notna(value) else fixed(value)
