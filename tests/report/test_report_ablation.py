"""The report's section on ablations: what it says is what the tables hold."""

import pyarrow as pa
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import synthetic_ablation as made
from litmus import tables
from litmus.figures import ablation as grid
from litmus.figures import ablation_agreement as scatter
from litmus.metrics.ablation.agreement import agreement
from litmus.report.ablation import outlier_table, pattern_table, section
from markup import Outline, table

BEST = "ablation_zero_kl_all"
METRIC = "ablation_mean_kl_top16"


def words(row):
    """What the cells of a row say."""
    return [cell.text for cell in row]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Separation, scores, and the files that the section reads; another ablation is best here."""
    folder = tmp_path_factory.mktemp("run")
    separation, scores = made.separation(), made.scores()
    separation.loc[separation["metric"] == BEST, "delta_crossfit"] = 0.01
    found = agreement(scores, [METRIC, *made.VARIANTS], made.LLC, 0.95).drop_duplicates()
    written = pa.Table.from_pandas(found, preserve_index=False)
    tables.write(written, folder / "agreement.parquet")
    grid.draw(separation, made.VARIANTS, folder / "grid.svg")
    scatter.draw(scores, found, METRIC, made.LLC, made.TITLES, folder / "scatter.svg")
    return separation, scores, folder


def of(run, tables=("agreement.parquet",), figures=("grid.svg", "scatter.svg")):
    """The section, from some of the files."""
    separation, scores, folder = run
    return section(
        separation, scores, made.TITLES,
        [folder / name for name in tables], [folder / name for name in figures],
    )  # fmt: skip


def rendered(found, folder):
    """The section as the page has it."""
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined
    )
    source = (
        '{% from "sections/_parts.html" import table, figure with context %}'
        '{% include "sections/ablation.html" %}'
    )
    return environment.from_string(source).render(ablation=found, candidate="sae")


def test_without_figures_there_is_no_section(run, templates):
    """Nothing was ablated."""
    assert of(run, (), ()) is None
    assert rendered(None, templates).strip() == ""


def test_without_a_learning_coefficient_there_is_the_grid_alone(run, templates):
    """One figure, and no word on best against best."""
    page = rendered(of(run, (), ("grid.svg",)), templates)
    assert page.count("<svg ") == 1
    assert "Best against best" not in page


def test_the_section_is_well_formed_and_whole(run, templates):
    """Two figures and their tables, every tag closed."""
    page = rendered(of(run), templates)
    assert page.count("<svg ") == 2
    outline = Outline(page)
    assert not outline.errors
    assert not outline.open
    rows = table(page, "δ of every ablation")
    assert len(rows) == 1 + len(made.VARIANTS)
    assert ["mean, KL, top 16", "0.050 (0.000 to 0.100)", "0.050 (0.000 to 0.100) ▼"] in rows


def test_the_pattern_is_judged_by_intervals_that_lie_apart(run):
    """0.05 ± 0.05 is below 0.3 ± 0.05; 0.3 against 0.3 is open."""
    rows = [words(row) for row in pattern_table(run[0], made.VARIANTS).rows]
    assert rows[0][:3] == [
        "KL, mean: top 16 : all",
        "significantly better",
        "0.050 : 0.300, so here",
    ]
    assert rows[1][:3] == [
        "KL, top 16: mean : zero",
        "significantly better",
        "0.050 : 0.300, so here",
    ]
    # The published k = 8 was not scored: of 1 and 16 the former is nearer.
    assert rows[2][0] == "L1/L2, zero: top 1 : all"
    assert all(row[2].endswith("open") for row in rows[2:])


def test_a_pattern_that_is_turned_round_is_said_to_be(run):
    """Where the other side is clearly lower."""
    separation = run[0].copy()
    chosen = separation["metric"] == "ablation_mean_kl_all"
    separation.loc[chosen, ["delta", "delta_low", "delta_high"]] = -1.0
    first = words(pattern_table(separation, made.VARIANTS).rows[0])
    assert first[2].endswith("the reverse")


def test_the_best_here_stands_beside_the_published_pair(run):
    """By cross-fitted δ, averaged over controls; both are in the table."""
    found = of(run)["agreement"]
    assert found["best"] == made.TITLES[BEST]
    names = {row[0].text for row in found["table"].rows}
    assert names == {
        f"{made.TITLES[m]}, {g}" for m in (METRIC, BEST) for g in ("sae", *made.CONTROLS)
    }


def test_outliers_are_listed_the_farthest_first(run):
    """Each by its direction's id."""
    rows = outlier_table(run[1], METRIC, made.LLC, made.TITLES).rows
    assert rows[0][0].text == "isotropic/00007"
    assert [row[3].sort for row in rows] == sorted((row[3].sort for row in rows), reverse=True)
