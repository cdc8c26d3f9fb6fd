"""The page: every table and figure of a run in one HTML file that needs nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup

from litmus.errors import LitmusError
from litmus.figures.inline import dark_colors, inline
from litmus.report import (
    ablation,
    agreement,
    glance,
    groups,
    health,
    laboratory,
    origin,
    own,
    plateaus,
    published,
    subject,
    verdict,
    words,
)
from litmus.report.inputs import Loaded, ReportInputs, load
from litmus.report.prose import count, number
from litmus.tables import atomic

# What the section of this name finds under it. A new one is a function here, a template in
# report/sections that begins with {% if name %} where the function may return None, and its line
# in template.html; what it reads is an input with a default.
SECTIONS: dict[str, Callable[[Loaded, ReportInputs], Any]] = {
    "health": health.section,
    "agreement": agreement.of_run,
    "published": published.of_run,
    "own": own.section,
    "calibrations": laboratory.calibrations,
    "whole_dictionary": laboratory.whole_dictionary,
    "ablation": lambda run, inputs: ablation.section(
        run.separation,
        run.scores,
        {metric: about["title"] for metric, about in run.words.items()},
        inputs.ablation_tables,
        inputs.ablation_figures,
    ),
    "plateaus": lambda _, inputs: plateaus.section(inputs.plateau_tables, inputs.plateau_figures),
}


def build(inputs: ReportInputs, template_folder: str | Path) -> str:
    """The page as HTML.

    Args:
        inputs: where everything lies that the page shows.
        template_folder: holds template.html, its sections, style.css and script.js.

    Raises:
        LitmusError: a file is missing or damaged, or the template has a mistake.
    """
    folder = Path(template_folder)
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    context = assemble(inputs)
    try:
        context |= {
            "style": Markup((folder / "style.css").read_text(encoding="utf-8")),
            "script": Markup((folder / "script.js").read_text(encoding="utf-8")),
        }
        return environment.get_template("template.html").render(context)
    except (OSError, TemplateError) as error:
        raise LitmusError(f"{folder}: the report's template failed ({error})") from error


def write(inputs: ReportInputs, template_folder: str | Path, path: str | Path) -> None:
    """Build the page and write it to `path` at once.

    Raises:
        LitmusError: as `build`, or the file cannot be written.
    """
    page = build(inputs, template_folder)
    with atomic(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def assemble(inputs: ReportInputs) -> dict[str, Any]:
    """Everything that the template names, from the tables and files of `inputs`.

    Raises:
        LitmusError: a file is missing or damaged.
    """
    run = load(inputs)
    settings = run.settings
    confidence = float(settings.get("separation", {}).get("confidence", 0.95))
    judgements = verdict.judge(run.separation, confidence)
    failed = verdict.failures(run.scores)
    ours = run.scores[run.scores["group"] == inputs.candidate]
    titles = {metric: about["title"] for metric, about in run.words.items()}
    shown = {metric: about for metric, about in run.words.items() if about["shown"]}
    return {
        "title": settings.get("report", {}).get(
            "title", "Do these directions behave like features?"
        ),
        "hook": settings.get("hook", "the hook"),
        "candidate": inputs.candidate,
        "meaning": words.CANDIDATES.get(inputs.candidate, ""),
        "candidates": count(ours["direction"].nunique()),
        "controls": list(dict.fromkeys(run.separation["control"])),
        "confidence": f"{100 * confidence:.3g} %",
        "headline": words.headline(judgements, run.words),
        "statements": words.statements(judgements, run.words, inputs.candidate),
        "failures": words.failure_sentence(failed, len(run.scores), run.words),
        "rules": verdict.rules(confidence, [m for m, w in run.words.items() if w["trivial"]]),
        "glance": glance.glance(run.separation, judgements, shown, inputs.candidate),
        "legend": glance.LEGEND,
        "overview": Markup(inline(inputs.overview)),
        "separation": groups.separation_table(run.separation, titles, "Every comparison in full"),
        "metrics": [_metric(metric, run, inputs) for metric in shown],
        "model": subject.model(run, inputs),
        "quality": None if run.quality is None else subject.quality_table(run.quality),
        "corpus": subject.corpus_facts(run.corpus),
        "settings": settings,
        "settings_yaml": origin.settings_yaml(settings),
        "versions": origin.version_table(run.provenance.get("versions", {})),
        "facts_of_run": origin.run_facts(run.provenance),
        "durations": origin.duration_table(inputs.benchmarks, inputs.jobs),
        "dark_colors": dark_colors(),
        **{name: section(run, inputs) for name, section in SECTIONS.items()},
    }


def _metric(metric: str, run: Loaded, inputs: ReportInputs) -> dict[str, Any]:
    """One metric's section: words, figure and tables."""
    about = run.words[metric]
    scores = run.scores[run.scores["metric"] == metric]
    separation = run.separation[run.separation["metric"] == metric]
    names = list(dict.fromkeys([inputs.candidate, *separation["control"], *scores["group"]]))
    figure = inputs.distributions.get(metric)
    return {
        "name": metric,
        **{"published": "", **about},
        "figure": Markup(inline(figure)) if figure else None,
        "groups": groups.group_table(scores, names, about["title"]),
        "deciles": groups.decile_table(scores, names, about["title"]),
        "separation": groups.separation_table(
            separation, {metric: about["title"]}, f"{about['title']}: every comparison"
        ),
    }
