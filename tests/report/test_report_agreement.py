"""The section on cheap measures: what it says follows from its tables by its rules."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import synthetic
from litmus import tables
from litmus.figures import agreement as drawn
from litmus.report import agreement, agreement_cost
from litmus.report.agreement_study import Study
from litmus.report.prose import number
from litmus.study.column import Column
from litmus.study.compare import Effort, deltas, ranking
from litmus.study.summary import summary
from markup import Outline

DEAR, CHEAP, FAR = "llc_functional_1sigma", "weight_sensitivity_0.003", "weight_sensitivity_9"
TITLES = {DEAR: "Functional LLC, 1σ", CHEAP: "Sensitivity", FAR: "Poor", "projection_std": "Sd"}
SETTINGS = {
    "metrics": {
        "llc_functional": {"nonlinearity": "hard", "reduction": "sum"},
        "weight_sensitivity": {"nonlinearity": "hard", "reduction": "sum", "threshold": 1.0},
        "projection_std": {},
    },
    "separation": {"confidence": 0.95},
}
CONTROLS = list(synthetic.CONTROLS)


def scores():
    """λ̂, a sensitivity that follows it closely, one that hardly does, and a baseline."""
    own = synthetic.scores(DEAR).assign(status="ok")
    own["value"] = own["value"].fillna(30.0)
    own["standard_error"] = 0.03 * own["value"]
    source = np.random.default_rng(0)
    parts = [own]
    for metric, noise in ((CHEAP, 0.03), (FAR, 1.0), ("projection_std", 2.0)):
        factor = np.exp(noise * source.normal(size=len(own)))
        value = own["value"] * factor
        parts.append(own.assign(metric=metric, value=value, standard_error=0.02 * value))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The tables and the figure of a made-up run."""
    folder = tmp_path_factory.mktemp("agreement")
    given, effort = scores(), Effort(0.95, 80, 0)
    dear = Column.of(given, DEAR)
    pairs = [(dear, Column.of(given, metric)) for metric in (CHEAP, FAR, "projection_std")]
    rank = pd.concat([ranking(*pair, effort) for pair in pairs])
    apart = pd.concat([deltas(*pair, "sae", CONTROLS, effort) for pair in pairs])
    for name, frame in (("ranking", rank), ("deltas", apart)):
        tables.write(pa.Table.from_pandas(frame, preserve_index=False), folder / f"{name}.parquet")
    drawn.draw(given, [(DEAR, CHEAP)], TITLES, folder / "agreement.svg")
    for job, seconds in {
        "llc_functional/sae/00000-00047": 480,
        "llc_functional/sae/00048-00095": 960,
        "weight_sensitivity/sae/00000-00047": 4.8,
    }.items():
        (folder / job).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{job}.tsv").write_text(f"s\tmax_rss\n{seconds}\t1\n")
    parts = [part for _, part in given.groupby("metric", sort=False)]
    return folder, synthetic.separation(parts)


JOBS = [
    "llc_functional/sae/00000-00047",
    "llc_functional/sae/00048-00095",
    "weight_sensitivity/sae/00000-00047",
    "weight_sensitivity/sae/00048-00095",
    "train_model",
]


def section(files, **more):
    """The section of the made-up run."""
    folder, separation = files
    given = {"ranking": "ranking.parquet", "deltas": "deltas.parquet", "figure": "agreement.svg"}
    inputs = SimpleNamespace(
        agreement={name: folder / path for name, path in given.items()} | more,
        benchmarks=folder,
        jobs=JOBS,
    )
    words = {metric: {"title": title} for metric, title in TITLES.items()}
    run = SimpleNamespace(separation=separation, words=words, settings=SETTINGS)
    return agreement.of_run(run, inputs)


def render(found, templates):
    """The section's HTML, with the parts that every section uses."""
    environment = Environment(
        loader=FileSystemLoader(templates), undefined=StrictUndefined, autoescape=True
    )
    environment.filters["number"] = number
    source = (
        '{% from "sections/_parts.html" import table, figure, facts with context %}'
        '{% include "sections/agreement.html" %}'
    )
    return environment.from_string(source).render(agreement=found)


def test_a_run_without_the_measures_has_no_section(templates):
    """Nothing is read, nothing is shown."""
    assert agreement.of_run(SimpleNamespace(), SimpleNamespace(agreement={})) is None
    assert render(None, templates).strip() == ""


def test_a_measure_that_follows_closely_holds(files):
    """Its interval without the chains' noise lies above the limit; that of the poor one below."""
    found = section(files)
    assert any(TITLES[CHEAP] in s and "carries the ranking" in s for s in found["held"])
    assert any(TITLES[FAR] in s and "does not carry" in s for s in found["failed"])


def test_no_number_stands_without_its_interval(files):
    """Every sentence with a ρ or δ says from where to where it may lie."""
    found = section(files)
    for sentence in found["held"] + found["failed"] + found["undecided"]:
        assert " to " in sentence, sentence


def test_pairs_of_other_features_get_no_verdict(files):
    """They stand in the tables, and are counted."""
    settings = {**SETTINGS["metrics"]["weight_sensitivity"], "threshold": 2.0}
    folder, separation = files
    found = agreement.section(
        tables.read(folder / "ranking.parquet").to_pandas(),
        tables.read(folder / "deltas.parquet").to_pandas(),
        separation,
        TITLES,
        {**SETTINGS, "metrics": {**SETTINGS["metrics"], "weight_sensitivity": settings}},
        folder / "agreement.svg",
        folder,
        JOBS,
    )
    assert found["held"] == found["failed"] == found["undecided"] == []
    assert found["others"].startswith("2 pairs")
    assert len(found["overall"].rows) == 3


def test_cost_is_told_by_direction_with_its_spread(files):
    """Jobs of 10 and 20 s a direction: 15 ± 5; one job has no spread, a missing file no part."""
    folder, _ = files
    found = agreement_cost.cost("llc_functional", folder, JOBS)
    assert found == pytest.approx((15, 5, 2))
    assert agreement_cost.cost("weight_sensitivity", folder, JOBS)[::2] == pytest.approx((0.1, 1))
    assert agreement_cost.cost("llc_quadratic", folder, JOBS).jobs == 0


def test_without_benchmarks_there_is_no_table_of_cost(tmp_path):
    """A benchmark is never worth a report."""
    table = agreement_cost.table([(DEAR, CHEAP)], SETTINGS["metrics"], TITLES, tmp_path, JOBS)
    assert table is None


def study():
    """Two cells of the study, of two seeds each."""
    parts = []
    for layer in (1, 2):
        for seed in range(2):
            one = scores()
            one["metric"] = one["metric"].replace({DEAR: "llc_functional"})
            one = one[one["metric"].isin(["llc_functional", CHEAP, FAR])]
            noise = np.random.default_rng([layer, seed]).normal(size=len(one))
            one["value"] *= np.exp(0.02 * noise)
            cell = dict(layer=layer, nonlinearity="none", threshold=0.0, regime="tight")
            health = dict(rhat=1.01, ess=80.0, drift=0.1, stiffness=0.5)
            parts.append(one.assign(seed=seed, **cell, **health))
    rows = pd.concat(parts, ignore_index=True)
    rows.loc[0, "status"] = "not_converged"
    return Study(rows, *summary(rows, 0.95, 40, 0))


def test_the_study_counts_cells_and_what_did_not_converge(files, tmp_path):
    """In words and tables; both figures of what converged and of all."""
    given = study()
    names = ("study", "study_ranking", "study_deltas")
    paths = {name: tmp_path / f"{name}.parquet" for name in names}
    for path, frame in zip(paths.values(), given, strict=True):
        tables.write(pa.Table.from_pandas(frame, preserve_index=False), path)
    found = section(files, **paths)["study"]
    assert any("not in 2" in s and "σ = 9" in s for s in found["statements"])
    assert found["health"].rows[0][3].text == "1"
    n, every = (found["full"].rows[0][i].text for i in (3, 9))
    assert (int(n), int(every)) == (479, 480)


def test_the_page_is_whole(files, templates, tmp_path):
    """Every tag is closed, every table has a caption, every list its words."""
    names = ("study", "study_ranking", "study_deltas")
    paths = {name: tmp_path / f"{name}.parquet" for name in names}
    for path, frame in zip(paths.values(), study(), strict=True):
        tables.write(pa.Table.from_pandas(frame, preserve_index=False), path)
    html = render(section(files, **paths), templates)
    outline = Outline(html)
    assert outline.errors == []
    assert outline.open == []
    assert html.count("<table") == html.count("<caption") == 7
    assert "What held" in html
    assert "Over layers, features and chains" in html
