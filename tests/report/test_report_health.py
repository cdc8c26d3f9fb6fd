"""What the page says of the chains."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import synthetic
from litmus import tables
from litmus.report import health, page
from litmus.report.inputs import frame
from markup import Outline, table

# Five directions of one group, one of another: what a sampler would tell of them.
ROWS = [
    ("a/0", "a", "ok", 1.00, 100, 0.1, 2.0, 1.0, 0.0),
    ("a/1", "a", "ok", 1.02, 50, -0.3, 4.0, 2.0, 0.1),
    ("a/2", "a", "not_converged", 1.50, 10, -1.2, 6.0, 3.0, 0.2),
    ("a/3", "a", "diverged", np.nan, np.nan, np.nan, np.nan, 5.0, 0.3),
    ("a/4", "a", "dead", 9.0, 900, 9.0, 9.0, 9.0, 0.9),
    ("b/0", "b", "diverged", np.nan, np.nan, np.nan, np.nan, 3.5, 0.255),
]
COLUMNS = ["direction", "group", "status", "rhat", "ess", "drift"]
COLUMNS += ["distance", "stiffness", "unreached"]
LIMITS = {"max_rhat": 1.2, "min_ess": 20, "max_drift": 1.0}


@pytest.fixture
def judged():
    """The six directions, with estimates of which two are ok."""
    value = [-1.0, -0.1, -9.0, np.nan, -9.0, np.nan]
    return pd.DataFrame(ROWS, columns=COLUMNS).assign(value=value, standard_error=0.1)


@pytest.fixture(scope="module")
def section(html):
    """The part of the page that is meant."""
    return html[html.index('<section id="health">') : html.index('<section id="subject">')]


def rows(content):
    """Name → the texts of a table's row."""
    return {row[0].text: [cell.text for cell in row[1:]] for row in content.rows}


def test_the_groups_are_told_by_hand_worked_numbers(judged):
    """Dead directions only count as such; those that diverged tell of stiffness and misses.

    Group a has R-hats of 1, 1.02 and 1.5: their median is 1.02, and nine tenths of the way from
    the first to the last is eight tenths of the way from 1.02 to 1.5, at 1.404.
    """
    content = health.group_table(judged, ["a", "b"], LIMITS | {"max_unreached": 0.5}, "M")
    assert content.columns == ("", "a", "b", "limit")
    assert rows(content) == {
        "ok": ["2", "0", ""],
        "not converged": ["1", "0", ""],
        "diverged": ["1", "1", ""],
        "dead": ["1", "0", ""],
        "R-hat, median": ["1.020", "–", ""],
        "R-hat, 90 % are below": ["1.404", "–", ""],
        "R-hat, highest": ["1.500", "–", "at most 1.2"],
        "effective draws, median": ["50", "–", ""],
        "effective draws, fewest": ["10", "–", "at least 20"],
        "drift, median": ["−0.30", "–", ""],
        "drift, farthest from 0": ["−1.20", "–", "within ±1"],
        "distance, median": ["4.00", "–", ""],
        "stiffness, highest": ["5.00", "3.50", "below 4"],
        "tokens missed, highest share": ["30 %", "25.5 %", "at most 50 %"],
    }


def test_only_a_patched_measure_can_miss_tokens(judged):
    """Without a limit on what is missed there is no row of it."""
    told = rows(health.group_table(judged, ["a", "b"], LIMITS, "M"))
    assert "stiffness, highest" in told
    assert not any("missed" in name for name in told)


def test_the_directions_shown_are_those_of_the_figure(judged):
    """By status, then by R-hat; of three that are ok all three."""
    told = rows(health.shown_table(judged.replace({"status": {"not_converged": "ok"}}), "M"))
    assert list(told) == ["a/0", "a/1", "a/2", "a/3", "b/0", "a/4"]
    assert told["a/2"] == ["ok", "1.500", "10", "−1.20", "6.00", "3.00"]
    assert told["a/3"] == ["diverged", "–", "–", "–", "–", "5.00"]


def test_too_long_steps_are_told(judged):
    """One direction that is not dead reaches 4; without it none does."""
    told = " ".join(health.sentences(judged, LIMITS, signed=False))
    assert "an R-hat of at most 1.2, at least 20 effective draws and a drift within ±1" in told
    assert "The stiffness of 1 direction reaches 4 or more" in told
    calm = " ".join(health.sentences(judged[judged["stiffness"] < 4], LIMITS, signed=False))
    assert "The stiffness stays below 4 everywhere." in calm


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([-1.0, -0.1], "2 of the 2 ok estimates are negative, 1 by more than two standard errors"),
        ([-0.1, 0.0], "1 of the 2 ok estimates is negative, 0 by more than two standard errors"),
        ([0.3, 0.4], "None of the 2 ok estimates is negative"),
    ],
)
def test_negative_estimates_are_counted_where_there_may_be_any(value, expected, judged):
    """Of those that are ok, with errors of 0.1; elsewhere nothing is said of signs."""
    judged.loc[:1, "value"] = value
    assert expected in " ".join(health.sentences(judged, LIMITS, signed=True))
    assert "negative" not in " ".join(health.sentences(judged, LIMITS, signed=False))


def test_the_page_shows_the_diagnostics_of_every_chained_metric(inputs, section):
    """Each has its table, whose numbers are those of its file."""
    for path, (metric, family) in zip(inputs.diagnostics, synthetic.CHAINED.items(), strict=True):
        stored = frame(path)
        stored = stored[(stored["group"] == "matched") & (stored["metric"] == metric)]
        shown = table(section, f"{synthetic.WORDS[metric]['title']}: the chains by group")
        head, told = shown[0], {row[0]: row[1:] for row in shown[1:]}
        column = head.index("matched") - 1
        assert told["stiffness, highest"][column] == f"{stored['stiffness'].max():.2f}"
        assert ("tokens missed, highest share" in told) == (family == "llc_behavioral")


def test_several_chained_metrics_are_folded_but_the_first(section):
    """Each is under its name, with how many of its estimates are ok."""
    folds = re.findall(r"<details( open)?>\s*<summary><strong>([^<]+)</strong>: ([^<]+)<", section)
    assert folds == [
        (" open", "Functional LLC, 1σ", "135 of 160 ok"),
        ("", "Behavioral LLC", "145 of 160 ok"),
    ]


def test_a_single_chained_metric_is_not_folded(inputs, templates):
    """Its name is a heading, and what only patched measures need is not explained."""
    first = dict(list(inputs.chains.items())[:1])
    text = page.build(replace(inputs, chains=first, diagnostics=inputs.diagnostics[:1]), templates)
    assert "<h3>Functional LLC, 1σ: 135 of 160 ok</h3>" in text
    assert "Tokens missed" not in text
    assert Outline(text).errors == []


def test_every_status_in_the_table_is_explained(section):
    """A word for each column, and a sentence for each word."""
    columns = table(section, "Estimates by status")[0][1:]
    explained = re.findall(r"<dt>([^<]+)</dt><dd>([^<]{12,})</dd>", section)
    assert [name for name, _ in explained] == columns
    assert sorted(columns) == sorted(status.replace("_", " ") for status in tables.STATUSES)


def test_a_natural_measure_says_how_many_estimates_are_negative(inputs, templates, tmp_path):
    """Its family decides: the same numbers under another name are not asked for their signs."""
    metric = "llc_behavioral"
    path = next(path for path in inputs.scores if path.stem == metric)
    scores = frame(path)
    fine = scores.index[scores["status"] == "ok"][:7]
    scores.loc[fine, "value"] = -5.0
    scores.loc[fine, "standard_error"] = 1.0
    tables.write(pa.Table.from_pandas(scores), tmp_path / "scores.parquet")
    files = [tmp_path / "scores.parquet" if file == path else file for file in inputs.scores]
    changed = replace(inputs, scores=files)
    told = "7 of the 145 ok estimates are negative, 7 by more than two standard errors"
    assert told not in page.build(changed, templates)
    words = synthetic.WORDS | {metric: synthetic.WORDS[metric] | {"family": "llc_natural"}}
    assert told in page.build(replace(changed, words=words), templates)
