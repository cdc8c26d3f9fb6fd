"""The report's section on plateaus: what it says is what the tables hold."""

import pyarrow as pa
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from litmus import tables
from litmus.report.plateaus import apart, optimum_table, section, size_table
from synthetic_plateaus import DRAW, PAIRS, SIZES, layered, optimum, plane, simplex

FILES = {
    "bases_sizes": SIZES.replace({"kind": {"real_other": "real"}}),
    "bases_pairs": PAIRS.replace({"real_other": "real"}),
    "directions_sizes": SIZES,
    "directions_pairs": PAIRS,
    "plane": plane(),
    "simplex_sizes": simplex(),
    "simplex_optimum": optimum(),
    "layers_sizes": layered()[0],
    "layers_pairs": layered()[1],
}
FIGURES = {
    "bases": "curves",
    "directions": "curves",
    "plane": "plane",
    "simplex": "simplex",
    "layers": "layers",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """The section of a run whose tables lie on disk."""
    folder = tmp_path_factory.mktemp("run")
    for name, table in FILES.items():
        tables.write(pa.Table.from_pandas(table, preserve_index=False), folder / f"{name}.parquet")
    for name, kind in FIGURES.items():
        DRAW[kind](folder / f"plateau_{name}.svg")
    return section(sorted(folder.glob("*.parquet")), sorted(folder.glob("*.svg")))


def test_without_tables_there_is_no_section():
    """The experiments were not run."""
    assert section([], []) is None


def test_the_template_names_nothing_that_is_not_there(found, pytestconfig):
    """It renders under strict rules, with each figure and table."""
    environment = Environment(
        loader=FileSystemLoader(pytestconfig.rootpath / "report"),
        autoescape=True,
        undefined=StrictUndefined,
    )
    source = (
        '{% from "sections/_parts.html" import table, figure, facts with context %}'
        '{% include "sections/plateaus.html" %}'
    )
    page = environment.from_string(source).render(plateaus=found)
    assert page.count("<svg ") == 5
    assert page.count("<table") == 7
    assert environment.from_string(source).render(plateaus=None).strip() == ""


def test_the_sentence_holds_delta_and_what_chance_gives(found):
    """Of the pair that the source compares, in both modes."""
    told = apart(SIZES, PAIRS, "real_other", "random")
    rows = PAIRS[(PAIRS["first"] == "random") & (PAIRS["second"] == "real_other")]
    assert len(rows) == 2
    for row in rows.itertuples():
        assert f"δ\u00a0{row.delta:.3f}" in told
        assert f"{row.delta_null:.3f} by chance" in told


def test_a_kind_that_was_not_run_gives_no_sentence():
    """Nothing is said of what was not measured."""
    assert apart(SIZES, PAIRS, "difference", "random") == ""


def test_the_share_that_passes_is_in_the_table():
    """A tenth of the isotropic lines never does."""
    rows = size_table(SIZES, "Sizes").rows
    (isotropic,) = [row for row in rows if row[0].text == "isotropic, sphere"]
    assert isotropic[3].text == "90.0 %"


def test_every_rise_is_in_the_table():
    """Twelve rows, each with its error."""
    rows = optimum_table(optimum()).rows
    assert len(rows) == 12
    assert rows[0][1].text == "−0.100 ± 0.020°"
