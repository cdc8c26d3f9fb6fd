"""Published beside measured: a file of published values, held against the run's tables."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from litmus.report import chosen
from litmus.report.inputs import Loaded, ReportInputs
from litmus.report.measured import PAIR, PERCENT, Measured, Tables, measured
from litmus.report.prose import MISSING, number, plural, plus_minus
from litmus.settings.published import Row, read

QUANTITIES = {
    "mean": "mean of {group}",
    "std": "std. deviation of {group}",
    "delta": "δ of {group} and {control}",
    "pearson": "Pearson’s r, {group}",
    "pearson_below_median": "the same below both medians, {group}",
    "plateau_size": "plateau size, {group}",
}
SHIFT = str.maketrans("-", "−")


class Line(NamedTuple):
    """One published value as the template draws it."""

    name: str
    published: str
    measured: str
    uncertainty: str
    difference: str
    apart: str
    note: str


class Block(NamedTuple):
    """The values of one metric, what the source says of it, and what this run chose."""

    title: str
    source: str
    lines: list[Line]
    theirs: list[str]
    ours: list[tuple[str, str]]


def of_run(run: Loaded, inputs: ReportInputs) -> dict[str, Any] | None:
    """What `sections/published.html` names; None where no published values were given.

    Raises:
        LitmusError: a table or the file of published values is missing or damaged.
    """
    if inputs.published is None:
        return None
    published = read(inputs.published)
    settings = run.settings
    confidence = float(settings.get("separation", {}).get("confidence", 0.95))
    tables = Tables(run, inputs.candidate, confidence, inputs.plateau_tables)
    rows = [row for row in published.rows if row.quantity != "condition"]
    found = [(row, measured(row, tables)) for row in rows]
    titles = {metric: about["title"] for metric, about in run.words.items()}
    present = sum(not one.why for _, one in found)
    conditions = chosen.condition_table(published, settings)
    differ = sum(row[-1].text.startswith(chosen.OTHERWISE) for row in conditions.rows)
    return {
        "subject": published.subject[0],
        "here": chosen.subject(settings),
        "same": chosen.is_same(settings, published.subject),
        "by_folder": settings.get("model", {}).get("source") == "local",
        "told": f"{present} of {plural(len(rows), 'published value')}",
        "confidence": f"{100 * confidence:.3g} %",
        "blocks": blocks(found, titles, settings, chosen.calibrated(inputs)),
        "conditions": conditions,
        "otherwise": f"{differ} of {plural(len(conditions.rows), 'condition')}" if differ else "",
    }


def blocks(
    found: list[tuple[Row, Measured]],
    titles: Mapping[str, str],
    settings: Mapping[str, Any],
    taken: chosen.Taken,
) -> list[Block]:
    """The rows by source and metric, in the file's order.

    Args:
        found: each published value with its counterpart.
        titles: of the metrics that were run.
        settings: the run's whole config.
        taken: as `chosen.calibrated` returns it.
    """
    grouped: dict[tuple[str, str], list[tuple[Row, Measured]]] = {}
    for row, one in found:
        grouped.setdefault((row.source, row.metric), []).append((row, one))
    made = []
    for (source, metric), of_metric in grouped.items():
        keys = dict.fromkeys(key for row, _ in of_metric for key in row.choices)
        made.append(
            Block(
                " against ".join(titles.get(name, _plain(name)) for name in metric.split(PAIR)),
                source,
                [line(row, one) for row, one in of_metric],
                list(dict.fromkeys(row.setting for row, _ in of_metric if row.setting)),
                [(key.rpartition(".")[2], chosen.choice(key, settings, taken)) for key in keys],
            )
        )
    return made


def _plain(name: str) -> str:
    """A title for what has none: a metric's name, or a plateau experiment and its mode."""
    experiment, slash, mode = name.partition("/")
    return f"Plateaus: {experiment}, {mode}" if slash else name


def line(row: Row, one: Measured) -> Line:
    """One row of the table; where nothing was measured, why."""
    name = QUANTITIES[row.quantity].format(group=row.group, control=row.control)
    unit = f"\u00a0{PERCENT}" if row.unit == PERCENT else row.unit
    theirs = f"{row.value:g}"
    if row.quantity == "mean":
        error = row.uncertainty / math.sqrt(row.n)
        theirs += f" ± {number(error, 2)}" if math.isfinite(error) else ""
    if one.why:
        return Line(name, theirs + unit, MISSING, one.why, MISSING, MISSING, row.note)
    gap = one.value - row.value
    if math.isfinite(one.low):
        shown, spread = number(one.value), f"{number(one.low)} to {number(one.high)}"
    else:
        shown, spread = plus_minus(one.value, one.error), ""
    if one.excluded:
        spread = ", ".join(filter(None, [spread, f"{one.excluded} left out"]))
    difference = ("+" if gap > 0 else "") + number(gap)
    apart = _apart(row, one)
    return Line(name, theirs + unit, shown + unit, spread, difference, apart, row.note)


def _apart(row: Row, one: Measured) -> str:
    """The distance in standard errors; else whether our interval holds the published value."""
    if math.isfinite(one.apart):
        return f"{one.apart:+.1f}".translate(SHIFT)
    if math.isfinite(one.low):
        return "inside our interval" if one.low <= row.value <= one.high else "outside our interval"
    return MISSING
