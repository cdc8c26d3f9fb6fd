"""Tables of published values: what is read, and what is said of mistakes before anything runs."""

import math

import pytest
import yaml
from snakemake.utils import update_config

from litmus.errors import LitmusError
from litmus.settings import read as settings
from litmus.settings.published import COLUMNS, read

PRESET = "presets/gpt2-small.yaml"
SUBJECT = "# subject: a-model | another-name"


@pytest.fixture
def table(tmp_path):
    """A file of published values with one row, changed at will."""

    def write(head=SUBJECT, columns=COLUMNS, **cells):
        row = {"source": "someone", "quantity": "mean", "metric": "m", "group": "g", "value": "1.5"}
        row |= cells
        path = tmp_path / "published.csv"
        lines = [head, ",".join(columns), ",".join(row.get(name, "") for name in columns)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def test_a_row_is_read_as_it_stands(table):
    """Numbers as numbers, nothing as NaN, keys apart."""
    published = read(table(uncertainty="2.5", n="500", choice="seed hook", note="a word"))
    assert published.subject == ("a-model", "another-name")
    (row,) = published.rows
    assert (row.value, row.uncertainty, row.n) == (1.5, 2.5, 500)
    assert (row.choices, row.note, row.means) == (("seed", "hook"), "a word", ())
    assert math.isnan(read(table()).rows[0].uncertainty)


def test_a_condition_accepts_each_of_its_values(table):
    """The first is the one that is shown."""
    (row,) = read(table(quantity="condition", choice="hook", value="one | the other")).rows
    assert row.means == ("one", "the other")
    assert math.isnan(row.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"head": "# nothing"}, "found 0 lines '# subject: …'"),
        ({"head": f"{SUBJECT}\n{SUBJECT}"}, "found 2 lines '# subject: …'"),
        ({"columns": COLUMNS[:-1]}, "has the columns source, "),
        ({"quantity": "median"}, "line 3: quantity is 'median'; valid: mean, std, "),
        ({"group": ""}, "group is empty, and a mean needs it"),
        ({"quantity": "delta"}, "control is empty, and a delta needs it"),
        ({"quantity": "pearson"}, "metric is 'm'; a pearson needs two metrics"),
        ({"quantity": "plateau_size"}, "metric is 'm'; a plateau_size needs experiment/mode"),
        ({"metric": "m ~ k"}, "metric is 'm ~ k'; a mean needs one name"),
        ({"quantity": "condition"}, "choice is empty, and a condition needs it"),
        ({"quantity": "condition", "choice": "seed hook"}, "choice names 2 keys"),
        ({"value": "about 40"}, "value is 'about 40'; valid: a number"),
        ({"value": "nan"}, "value is 'nan'; valid: a number"),
        ({"uncertainty": "0"}, "uncertainty is '0'; valid: a number > 0, or nothing"),
        ({"n": "1"}, "n is '1'; valid: a number ≥ 2, or nothing"),
        ({"note": "a comma, unquoted"}, "has 13 values, expected 12"),
    ],
)
def test_a_mistake_is_named_with_its_line(table, change, told):
    """What was found and what would be valid."""
    path = table(**change)
    with pytest.raises(LitmusError) as error:
        read(path)
    assert told in str(error.value)
    assert str(path) in str(error.value)


def test_the_config_may_name_a_table(table, changed, problems):
    """And none is as good."""
    assert problems(changed({"report.published": str(table(choice="hook"))})) == []
    assert problems(changed({"report.published": None})) == []


def test_a_table_that_is_not_there_is_told_before_the_run(changed, problems):
    """With what would be valid."""
    (told,) = problems(changed({"report.published": "gone.csv"}))
    assert told.startswith("report.published: found 'gone.csv'; valid: null, or a table of")
    assert "gone.csv: could not be read" in told


def test_a_choice_that_is_no_key_is_told_before_the_run(table, changed, problems):
    """With the nearest key."""
    path = str(table(choice="corpus.contxt"))
    (told,) = problems(changed({"report.published": path}))
    assert "choice names corpus.contxt, which is no key of the config" in told
    assert "did you mean corpus.context?" in told


def test_the_reproduction_scores_what_was_published(root, config):
    """Every metric, group and control of the file is there under the preset that names it."""
    update_config(config, yaml.safe_load((root / PRESET).read_text(encoding="utf-8")))
    run = settings(config)
    groups = {run.directions.candidate, *run.directions.controls}
    for row in read(run.report.published).rows:
        if row.quantity == "plateau_size":
            assert run.plateaus.enabled and row.group in run.plateaus.base_kinds
        elif row.quantity != "condition":
            assert {*row.metric.split(" ~ ")} <= {*run.metrics.about()}
            assert {row.group, row.control or row.group} <= groups


def test_the_reproduction_is_set_as_the_sources_say(root, config):
    """Wherever they say it; but for the second source's text, which this run does not read."""
    update_config(config, yaml.safe_load((root / PRESET).read_text(encoding="utf-8")))
    published = read(config["report"]["published"])
    assert config["model"]["name"] in published.subject
    other = []
    for row in published.rows:
        value = config
        for key in row.choices[0].split(".") if row.quantity == "condition" else []:
            value = value[key]
        value = value[0] if isinstance(value, list) else value
        if row.means and yaml.safe_load(row.means[0]) != value and value not in row.means:
            other.append((row.source, row.choices[0]))
    assert other == [("Activation plateaus", "corpus.dataset")]
