"""Directions of one's own, by the names that their owner gave them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from litmus.directions import table
from litmus.report import own, page

TITLES = {"sparsity": "Sparsity"}


def scores(group, values, statuses=None):
    """Of one metric, each with a standard error of .25."""
    return pd.DataFrame(
        {
            "direction": [f"{group}/{i:05d}" for i in range(len(values))],
            "group": group,
            "metric": "sparsity",
            "value": values,
            "standard_error": 0.25,
            "status": statuses or ["ok"] * len(values),
        }
    )


def shown(mine, others):
    """The cells of the only metric, a direction each."""
    names = {name: f"my {name}" for name in mine["direction"]}
    made = own.one_by_one(pd.concat([mine, others], ignore_index=True), names, TITLES, "isotropic")
    return [row[2].text for row in made.rows]


def test_a_value_stands_among_those_of_the_reference():
    """Of 1, 2, 3 and 4, two lie below 2.5; one and half of another below 2; all below 9."""
    assert shown(scores("file", [2.5, 2.0, 9.0]), scores("isotropic", [4.0, 2.0, 1.0, 3.0])) == [
        "2.50 ± 0.25 · 50 %",
        "2.00 ± 0.25 · 38 %",
        "9.00 ± 0.25 · 100 %",
    ]


def test_what_cannot_be_counted_is_told_by_its_status():
    """On either side: a chain that diverged has no value, and is nobody's reference."""
    mine = scores("file", [5.0, np.nan, 2.0, np.nan], ["ok", "diverged", "not_converged", "ok"])
    others = scores("isotropic", [9.0, 1.0, np.nan], ["diverged", "ok", "ok"])
    assert shown(mine, others) == ["5.00 ± 0.25 · 100 %", "diverged", "not converged", "–"]


def test_a_censored_value_is_called_so():
    """It counts, as the least that the value can be."""
    mine = scores("file", [1.0], ["censored"])
    assert shown(mine, scores("isotropic", [0.5, 1.0])) == ["1.00 ± 0.25 · 75 % (censored)"]


@pytest.fixture
def given(inputs, tmp_path):
    """The run's inputs, with a file's directions among the groups."""
    path = tmp_path / "00000-00001.parquet"
    names = ["7: <sentiment>", "9: refusal"]
    table.write(path, "file", "00000-00001", np.eye(2, 4), names)
    rows = scores("file", [0.5, 0.95])
    extra = tmp_path / "scores.parquet"
    rows.to_parquet(extra)
    return replace(inputs, own=[path], scores=[*inputs.scores, extra])


def test_the_page_lists_them_by_name_and_id(given, templates):
    """Names as they were given, whatever they hold; placed among the candidate."""
    html = page.build(given, templates)
    part = html[html.index('id="own"') : html.index('id="health"')]
    assert "7: &lt;sentiment&gt;" in part and "file/00001" in part
    assert "group <em>sae</em>" in part
    assert "0.50 ± 0.25 · 0 %" in part


def test_as_the_candidate_they_are_placed_among_the_first_control(given, templates):
    """For they cannot be held against themselves."""
    html = page.build(replace(given, candidate="file"), templates)
    assert "share of the group <em>sae</em>" in html


def test_what_the_page_leaves_out_is_told(given, templates, monkeypatch):
    """A file of thousands would make a page that nobody can open."""
    monkeypatch.setattr(own, "MOST", 1)
    html = page.build(given, templates)
    assert "1 more direction of the file" in html and "9: refusal" not in html


def test_a_run_without_such_a_file_has_no_such_section(html):
    """Nor a link to it."""
    assert 'href="#own"' not in html and 'id="own"' not in html
