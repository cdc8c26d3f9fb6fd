"""The verdict in sentences: judgements in, plain English out."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, NotRequired, TypedDict

import pandas as pd

from litmus.report.prose import count, fixed, listed, p_value, plural
from litmus.report.verdict import BASELINE, Judgement, says_something

# What the candidate is, by its group.
CANDIDATES = {"sae": "rows of the dictionary", "file": "your own directions"}


class MetricWords(TypedDict):
    """What the page says of a metric."""

    title: str
    sentence: str
    trivial: bool
    shown: NotRequired[bool]
    published: NotRequired[str]
    family: NotRequired[str]


class Statement(NamedTuple):
    """One item of the verdict: what it is about, and what is said of it."""

    subject: str
    text: str


def headline(judgements: Sequence[Judgement], words: Mapping[str, MetricWords]) -> str:
    """The answer in one or two sentences; a measure is named only where every control is beaten."""
    measures: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        if not words[judgement.metric]["trivial"]:
            measures.setdefault(judgement.metric, []).append(judgement)
    if not measures:
        return "Only trivial baselines were scored, so there is nothing to hold against them."
    chance = [m for m, rows in measures.items() if all(j.beats_chance for j in rows)]
    beyond = [m for m, rows in measures.items() if all(says_something(j) for j in rows)]
    if not chance:
        told = "No measure tells the candidate from every control better than chance"
        told += f"{_baselines(judgements, words)}."
    else:
        tell = "tells" if len(chance) == 1 else "tell"
        told = (
            f"{len(chance)} of {plural(len(measures), 'measure')} {tell} the candidate from "
            f"every control better than chance: {_titles(chance, words)}."
        )
    if not chance or not any(j.metric == BASELINE for j in judgements):
        return told
    if not beyond:
        return f"{told} None of them beats the projection’s standard deviation throughout."
    return f"{told} Better than the standard deviation throughout: {_titles(beyond, words)}."


def _baselines(judgements: Sequence[Judgement], words: Mapping[str, MetricWords]) -> str:
    """The trivial baselines that do what no measure does, as the end of a sentence."""
    rows: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        if words[judgement.metric]["trivial"]:
            rows.setdefault(judgement.metric, []).append(judgement)
    able = [metric for metric, each in rows.items() if all(j.beats_chance for j in each)]
    return f"; a trivial baseline does: {_titles(able, words)}" if able else ""


def statements(
    judgements: Sequence[Judgement], words: Mapping[str, MetricWords], candidate: str
) -> list[Statement]:
    """One statement a measure, one on the trivial baselines, one on the best of them."""
    by_metric = {m: [j for j in judgements if j.metric == m] for m in words}
    measures = [m for m, about in words.items() if not about["trivial"] and by_metric[m]]
    told = [
        Statement(words[metric]["title"], _sentences(by_metric[metric], candidate))
        for metric in measures
        if words[metric].get("shown", True)
    ]
    if others := [m for m in measures if not words[m].get("shown", True)]:
        told.append(Statement(f"{len(others)} more", _others(others, by_metric, words)))
    trivial = [m for m, about in words.items() if about["trivial"] and by_metric[m]]
    if trivial:
        parts = [
            f"{words[m]['title']} beats chance against {_controls(by_metric[m])}" for m in trivial
        ]
        told.append(Statement("Trivial baselines", "; ".join(parts) + "."))
    best = _marks_to_beat(judgements, words)
    return [*told, Statement("The mark to beat", best)] if best else told


def _others(
    metrics: Sequence[str],
    by_metric: Mapping[str, Sequence[Judgement]],
    words: Mapping[str, MetricWords],
) -> str:
    """What is said together of the measures that stand in tables only."""
    able = [m for m in metrics if all(j.beats_chance for j in by_metric[m])]
    beat = f"{_titles(able, words)} beat chance" if able else "None beats chance"
    return f"These measures stand in the table of all comparisons. {beat} against every control."


def _titles(metrics: Sequence[str], words: Mapping[str, MetricWords]) -> str:
    return listed([words[metric]["title"] for metric in metrics])


def _controls(rows: Sequence[Judgement]) -> str:
    """The controls against which chance is beaten."""
    beaten = [j.control for j in rows if j.beats_chance]
    if not beaten:
        return "no control"
    return "every control" if len(beaten) == len(rows) > 1 else listed(beaten)


def _sentences(rows: Sequence[Judgement], candidate: str) -> str:
    """What can be said of one measure: chance, direction, the baseline, what is missing."""
    beaten = [j for j in rows if j.beats_chance]
    computed = [j for j in rows if j.computed]
    if not computed:
        return "could not be computed against any control."
    told = [f"beats chance against {_controls(rows)}{_direction(beaten, candidate)}."]
    if beaten and len(beaten) < len(computed):
        named = [
            f"{j.control} (δ\u00a0{fixed(j.delta)}, null\u00a0{fixed(j.delta_null)})"
            for j in computed
            if not j.beats_chance
        ]
        told.append(f"It does not against {listed(named)}.")
    for verdict, phrase in (
        ("better", "It is better than the standard deviation against {}."),
        ("undecided", "Whether it is better than the standard deviation against {} is open."),
        ("no better", "It is no better than the standard deviation against {}."),
    ):
        named = [
            f"{j.control} ({fixed(j.delta_crossfit)}\u00a0:\u00a0{fixed(j.baseline_crossfit)})"
            for j in computed
            if j.against_baseline == verdict
        ]
        if named:
            told.append(phrase.format(listed(named)))
    told += [
        f"In {100 * j.win_share:.0f} % of the pairs with {j.control}, {candidate} is the higher "
        f"(Wilcoxon, uncorrected: p\u00a0{_p(j.p_wilcoxon)})."
        for j in computed
        if math.isfinite(j.win_share)
    ]
    if missing := [j.control for j in rows if not j.computed]:
        told.append(f"It could not be computed against {listed(missing)}.")
    return " ".join(told)


def _p(value: float) -> str:
    shown = p_value(value)
    return shown if shown.startswith("<") else f"= {shown}"


def _direction(rows: Sequence[Judgement], candidate: str) -> str:
    """Who is higher where chance is beaten."""
    higher = [j.control for j in rows if j.higher == candidate]
    lower = [j.control for j in rows if j.higher == j.control]
    if higher and lower:
        return f", higher in the candidate than in {listed(higher)}, lower than in {listed(lower)}"
    if higher or lower:
        return f", {'higher' if higher else 'lower'} in the candidate"
    return ""


def _marks_to_beat(judgements: Sequence[Judgement], words: Mapping[str, MetricWords]) -> str:
    """The best baseline of each control by cross-fitted δ, and the measures that go below it."""
    parts = []
    for control in dict.fromkeys(j.control for j in judgements):
        rows = [j for j in judgements if j.control == control and math.isfinite(j.delta_crossfit)]
        simple = [j for j in rows if words[j.metric]["trivial"]]
        if not simple:
            continue
        best = min(simple, key=lambda j: j.delta_crossfit)
        below = [
            j.metric
            for j in rows
            if not words[j.metric]["trivial"] and j.delta_crossfit < best.delta_crossfit
        ]
        parts.append(
            f"against {control} {words[best.metric]['title']} at {fixed(best.delta_crossfit)} "
            f"({'below it ' + _titles(below, words) if below else 'no measure is below it'})"
        )
    return f"The best baseline by cross-fitted δ: {'; '.join(parts)}." if parts else ""


def failure_sentence(failed: pd.DataFrame, total: int, words: Mapping[str, MetricWords]) -> str:
    """How many of `total` estimates failed, and where.

    Args:
        failed: columns metric, group, status, count.
        total: all estimates, failed or not.
        words: what the page calls each metric.
    """
    if not len(failed):
        return f"All {count(total)} estimates succeeded."
    parts = []
    for metric, rows in failed.groupby("metric", sort=False):
        kinds = []
        for status, of_status in rows.groupby("status", sort=False):
            where = [
                f"{count(n)} {g}"
                for g, n in zip(of_status["group"], of_status["count"], strict=True)
            ]
            name = str(status).replace("_", " ")
            kinds.append(f"{count(of_status['count'].sum())} {name} ({', '.join(where)})")
        title = words[metric]["title"] if metric in words else str(metric)
        parts.append(f"{title}: {listed(kinds)}")
    return (
        f"{count(failed['count'].sum())} of {count(total)} estimates failed and are left out of "
        f"every average. {'; '.join(parts)}."
    )
