"""What the page calls the group in question, and a run without a dictionary."""

from dataclasses import replace

import pyarrow as pa
import pytest

from litmus import tables
from litmus.report import page
from litmus.report.inputs import frame


@pytest.fixture(scope="module")
def own(inputs, templates, tmp_path_factory):
    """The page of the same run, its candidate a file of the user's, and no dictionary."""
    place = tmp_path_factory.mktemp("own")

    def renamed(path):
        found = frame(path).replace({"sae": "file"})
        if "direction" in found:
            found["direction"] = found["direction"].str.replace("sae/", "file/")
        copy = place / path.parent.name / path.name
        tables.write(pa.Table.from_pandas(found, preserve_index=False), copy)
        return copy

    given = replace(
        inputs,
        candidate="file",
        quality=None,
        scores=[renamed(path) for path in inputs.scores],
        separation=renamed(inputs.separation),
        diagnostics=[renamed(path) for path in inputs.diagnostics],
    )
    return page.build(given, templates)


def section(html, name, following):
    """The part of a page between two sections."""
    return html[html.index(f'id="{name}"') : html.index(f'id="{following}"')]


def test_a_dictionarys_rows_are_called_so(html):
    """Beside the group's name."""
    assert "group <em>sae</em>, the candidate (rows of the dictionary)," in html


def test_ones_own_directions_are_called_so(own):
    """And nothing that is said of the candidate speaks of a dictionary."""
    assert "group <em>file</em>, the candidate (your own directions)," in own
    words = section(own, "words", "overview")
    assert "file is the higher" in words
    assert "sae" not in words and "dictionary" not in words


def test_a_run_without_a_dictionary_says_so(own, html):
    """In the place of its quality."""
    told = "Nothing in this run asked for one."
    assert told in section(own, "subject", "choices")
    assert told not in html
