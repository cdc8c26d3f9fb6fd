"""Published beside measured: the section holds every value, what was chosen, and whose it is."""

from dataclasses import replace
from pathlib import Path

import pytest

from litmus.report import page
from litmus.report.chosen import choice, condition_table, is_same
from litmus.report.inputs import frame
from litmus.report.published import of_run
from litmus.settings.published import COLUMNS, Published, read
from markup import Outline, table
from synthetic_published import row, run

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "report/published").glob("*.csv"))


def test_without_published_values_there_is_no_section(inputs, html):
    """Most runs name none."""
    assert inputs.published is None
    assert 'id="published"' not in html and 'href="#published"' not in html


@pytest.mark.parametrize(
    ("model", "same"),
    [
        ({"source": "hub", "name": "a-model"}, True),
        ({"source": "hub", "name": "a-model-xl"}, False),
        ({"source": "local", "path": "data/a-model"}, True),
        ({"source": "local", "path": "a-model/other"}, False),
        ({"source": "train", "name": "a-model", "path": "a-model"}, False),
        ({}, False),
    ],
)
def test_only_a_subject_of_the_name_is_the_same(model, same):
    """What is trained here never is."""
    assert is_same({"model": model}, ("a-model",)) is same


def test_calibrated_choices_are_those_that_were_found():
    """In place of the config's, for the keys that it was to find; the others as they are set."""
    block = {"calibrate": ["n_beta"], "n_beta": 100.0, "learning_rate": 4e-6, "weights": ["full"]}
    settings, taken = {"metrics": {"llc": block}}, {"llc": {"n_beta": 151.0, "learning_rate": 1.0}}
    told = {key: choice(f"metrics.llc.{key}", settings, taken) for key in [*block, "gone"]}
    assert told["n_beta"] == "151 (calibrated)"
    assert told["learning_rate"] == "4.00 × 10⁻⁶"
    assert (told["weights"], told["gone"]) == ("full", "–")


def test_a_condition_is_alike_where_the_run_is_set_to_one_of_its_values():
    """A number, a list of one, a word with two names."""
    rows = [
        row("condition", source="s", choices=(key,), means=means)
        for key, means in [("a", ("1",)), ("b.c", ("x", "y")), ("b.d", ("true",)), ("e", ("5",))]
    ]
    settings = {"a": [1.0], "b": {"c": "y", "d": False}, "e": None}
    told = [[cell.text for cell in r] for r in condition_table(Published((), rows), settings).rows]
    assert told == [
        ["a", "s", "1", "1", "alike"],
        ["b.c", "s", "x", "y", "alike"],
        ["b.d", "s", "true", "false", "otherwise"],
        ["e", "s", "5", "–", "otherwise"],
    ]


@pytest.fixture(scope="module")
def shown(inputs, templates, tmp_path_factory):
    """The synthetic run's page with published values of it, some of whose numbers are known."""
    lines = [
        ["someone", "mean", "sparsity", "sae", "", "0.9", "0.1", "25", "", "by eye", "seed", "!"],
        ["someone", "delta", "sparsity", "sae", "isotropic", "10", "", "", "%", "", "hook", ""],
        ["someone", "mean", "made_up", "sae", "", "1", "", "", "", "", "", ""],
        ["someone", "condition", "", "", "", "96", "", "", "", "", "directions.count", ""],
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("published") / "made.csv"
    text = "\n".join(",".join(cells) for cells in [COLUMNS, *lines])
    path.write_text(f"# subject: some-model\n{text}\n")
    return page.build(replace(inputs, published=path), templates)


def test_the_page_says_first_that_another_subject_is_no_replication(shown):
    """Before any number, in a box of its own, with both subjects named."""
    section = shown[shown.index('<section id="published">') :]
    warning = section.index('<p class="warning">')
    assert warning < section.index("<table")
    told = section[warning : section.index("</p>", warning)]
    assert "nothing here is a replication" in told
    assert "published for some-model; this run’s subject is a model trained for this run" in told


def test_the_table_on_the_page_is_whole(shown, inputs):
    """Each value in its metric's part, what was not run too, choices once a metric."""
    assert Outline(shown).errors == []
    assert "2 of 3 published values" in shown
    rows = table(shown, "Published and measured values, and what was chosen")
    assert rows[0][:3] == ["value", "published", "measured"]
    assert rows[1][0].split() == ["Sparsity", "someone"]
    scored = frame(next(path for path in inputs.scores if path.stem == "sparsity"))
    mean = scored.loc[scored["group"] == "sae", "value"].mean()
    assert rows[2][1] == "0.9 ± 0.020"
    assert rows[2][2].startswith(f"{mean:.4f} ± ")
    assert rows[2][5] == "Published: by eye.Ours: seed 0; hook blocks.2.hook_resid_pre."
    assert len(rows[3]) == 5
    assert rows[5][1:3] == ["1", "–not run"]
    assert table(shown, "How the published values were made")[1][:4] == [
        "directions.count", "someone", "96", "96",
    ]  # fmt: skip


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_file_is_whole(path):
    """It is read, and of every metric it says something of how its values were made."""
    published = read(path)
    told = {}
    for one in published.rows:
        if one.quantity != "condition":
            told.setdefault(one.metric, []).append(one.setting)
    assert len(told) > 1
    assert all(any(settings) for settings in told.values())


def test_a_section_of_the_shipped_file_needs_nothing_that_was_run(inputs):
    """Nothing measured: every line says why, and none is lost."""
    bare = replace(inputs, published=SHIPPED[0])
    section = of_run(run().run, bare)
    lines = [one for block in section["blocks"] for one in block.lines]
    values = [one for one in read(SHIPPED[0]).rows if one.quantity != "condition"]
    assert len(lines) == len(values)
    assert all(one.measured == "–" and one.uncertainty for one in lines)
    assert not section["same"]
