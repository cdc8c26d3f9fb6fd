"""The sections on what lies behind the scores: calibration, and the whole dictionary."""

from typing import Any

from markupsafe import Markup

from litmus.figures.inline import inline
from litmus.report import calibration
from litmus.report.cells import Table, cell, text
from litmus.report.inputs import Loaded, ReportInputs, frame
from litmus.report.prose import count, number


def calibrations(run: Loaded, inputs: ReportInputs) -> list[dict[str, Any]] | None:
    """One part a calibrated family; None where none was."""
    blocks = run.settings.get("metrics", {})
    parts = []
    for family, (tried, figure) in inputs.calibrations.items():
        of_family = [w["title"] for w in run.words.values() if w.get("family") == family]
        scored = run.scores.loc[run.scores["group"] == "sae", "direction"]
        parts.append(
            calibration.section(
                family,
                frame(tried),
                of_family[0].partition(",")[0] if of_family else family,
                blocks[family],
                scored,
                figure,
                inputs.benchmarks,
                inputs.jobs,
            )
        )
    return parts or None


def whole_dictionary(run: Loaded, inputs: ReportInputs) -> dict[str, Any] | None:
    """Every live feature's sensitivity beside the sample's; None where they were not scored."""
    if inputs.whole_dictionary is None:
        return None
    path, figure = inputs.whole_dictionary
    scores = frame(path)
    sampled = set(run.scores.loc[run.scores["group"] == "sae", "direction"])
    rows = []
    for metric, of_metric in scores[scores["status"] == "ok"].groupby("metric", sort=False):
        title = run.words[metric]["title"] if metric in run.words else metric
        for name, part in (
            ("all live features", of_metric),
            ("those scored above", of_metric[of_metric["direction"].isin(sampled)]),
        ):
            if part.empty:
                continue
            quantiles = part["value"].quantile([0.1, 0.5, 0.9])
            counted = cell(len(part), count(len(part)))
            rows.append(
                [text(f"{title}: {name}"), counted, *(cell(q, number(q)) for q in quantiles)]
            )
    columns = ("measure", "features", "10 %", "median", "90 %")
    return {
        "figure": Markup(inline(figure)),
        "table": Table("Weight sensitivity over the dictionary", columns, rows),
    }
