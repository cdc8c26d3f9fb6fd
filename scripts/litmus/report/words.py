"""The verdict in sentences: judgements in, plain English out."""

import math
from collections.abc import Mapping
from typing import NamedTuple, NotRequired, TypedDict

import pandas as pd

from litmus.report.prose import count, fixed, listed, plural
from litmus.report.verdict import BASELINE, Judgement, says_something


class MetricWords(TypedDict):
    """What the page says of a metric."""

    title: str
    sentence: str
    trivial: bool
    published: NotRequired[str]


class Statement(NamedTuple):
    """One item of the verdict: what it is about, and what is said of it."""

    subject: str
    text: str


def headline(judgements: list[Judgement], words: Mapping[str, MetricWords]) -> str:
    """The answer in one or two sentences."""
    measures = {j.metric: [] for j in judgements if not words[j.metric]["trivial"]}
    for judgement in judgements:
        if judgement.metric in measures:
            measures[judgement.metric].append(judgement)
    if not measures:
        return "Only trivial baselines were scored, so there is nothing to hold against them."
    chance = [m for m, rows in measures.items() if all(j.beats_chance for j in rows)]
    beyond = [m for m, rows in measures.items() if all(says_something(j) for j in rows)]
    total = len(measures)
    if not chance:
        first = "No measure tells the candidate from every control better than chance."
    else:
        which = listed([words[m]["title"] for m in chance])
        first = (
            f"{len(chance)} of {plural(total, 'measure')} {_tell(len(chance))} the candidate from "
            f"every control better than chance: {which}."
        )
    if not any(j.metric == BASELINE for j in judgements):
        return first
    if not beyond:
        return first + " None also does better than the projection’s standard deviation throughout."
    which = listed([words[m]["title"] for m in beyond])
    return f"{first} Better than the projection’s standard deviation throughout: {which}."


def _tell(n: int) -> str:
    return "tells" if n == 1 else "tell"


def statements(
    judgements: list[Judgement], words: Mapping[str, MetricWords], candidate: str
) -> list[Statement]:
    """One statement a metric that is no baseline, and one on all baselines."""
    told, trivial = [], []
    for metric, about in words.items():
        rows = [j for j in judgements if j.metric == metric]
        if not rows:
            continue
        if about["trivial"]:
            trivial.append((about["title"], rows))
        else:
            told.append(Statement(about["title"], " ".join(_measure(rows, candidate))))
    if trivial:
        told.append(Statement("Trivial baselines", _baselines(trivial)))
    best = _best_trivial(judgements, words)
    if best:
        told.append(Statement("The mark to beat", best))
    return told


def _measure(rows: list[Judgement], candidate: str) -> list[str]:
    """The sentences on one metric: chance, direction, the standard deviation, what is missing."""
    beats = [j for j in rows if j.beats_chance]
    fails = [j for j in rows if j.computed and not j.beats_chance]
    told = []
    if beats:
        told.append(f"beats chance against {listed([_with_delta(j) for j in beats])}.")
    if fails:
        named = listed(
            [f"{j.control} (δ {fixed(j.delta)}, null {fixed(j.delta_null)})" for j in fails]
        )
        told.append(("It does not" if beats else "does not beat chance") + f" against {named}.")
    told += _directions(beats, candidate)
    for verdict, phrase in (
        ("better", "It does better than the standard deviation against {}."),
        ("no better", "It does no better than the standard deviation against {}."),
        ("undecided", "Whether it does better than the standard deviation against {} is open."),
    ):
        named = [
            f"{j.control} ({fixed(j.delta_crossfit)} to {fixed(j.baseline_crossfit)}, cross-fitted)"
            for j in rows
            if j.against_baseline == verdict and j.computed
        ]
        if named:
            told.append(phrase.format(listed(named)))
    missing = [j.control for j in rows if not j.computed]
    if missing:
        opening = "It could" if told else "could"
        told.append(f"{opening} not be computed against {listed(missing)}.")
    return told


def _with_delta(judgement: Judgement) -> str:
    return f"{judgement.control} (δ {fixed(judgement.delta)})"


def _directions(rows: list[Judgement], candidate: str) -> list[str]:
    """Who is higher where the groups can be told apart."""
    higher = [j.control for j in rows if j.higher == candidate]
    lower = [j.control for j in rows if j.higher == j.control]
    if higher and not lower:
        return [
            "The candidate is higher." if len(higher) == 1 else "The candidate is always higher."
        ]
    if lower and not higher:
        return ["The candidate is lower." if len(lower) == 1 else "The candidate is always lower."]
    if higher and lower:
        return [f"The candidate is higher than {listed(higher)}, lower than {listed(lower)}."]
    return []


def _baselines(trivial: list[tuple[str, list[Judgement]]]) -> str:
    """Which baselines beat chance where."""
    parts = []
    for title, rows in trivial:
        beats = [_with_delta(j) for j in rows if j.beats_chance]
        parts.append(f"{title} beats chance against {listed(beats) if beats else 'no control'}")
    return "; ".join(parts) + "."


def _best_trivial(judgements: list[Judgement], words: Mapping[str, MetricWords]) -> str:
    """The best baseline of each control by cross-fitted δ, and the measures that go below it."""
    parts = []
    for control in dict.fromkeys(j.control for j in judgements):
        rows = [j for j in judgements if j.control == control and math.isfinite(j.delta_crossfit)]
        simple = [j for j in rows if words[j.metric]["trivial"]]
        if not simple:
            continue
        best = min(simple, key=lambda j: j.delta_crossfit)
        under = [
            words[j.metric]["title"]
            for j in rows
            if not words[j.metric]["trivial"] and j.delta_crossfit < best.delta_crossfit
        ]
        parts.append(
            f"against {control} it is {words[best.metric]['title']} "
            f"({fixed(best.delta_crossfit)}; {'below it: ' + listed(under) if under else 'no measure is below it'})"
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
    for (metric, status), rows in failed.groupby(["metric", "status"], sort=False):
        where = listed(
            [
                f"{row.count_} {row.group}"
                for row in rows.rename(columns={"count": "count_"}).itertuples()
            ]
        )
        title = words[metric]["title"] if metric in words else metric
        parts.append(f"{title}: {count(rows['count'].sum())} {status.replace('_', ' ')} ({where})")
    return (
        f"{count(failed['count'].sum())} of {count(total)} estimates failed and are left out of "
        f"every average: {'; '.join(parts)}."
    )
