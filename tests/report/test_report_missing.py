"""What is missing or broken is said on the page, or in one sentence."""

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

import synthetic
from litmus import tables
from litmus.errors import LitmusError
from litmus.report import page
from litmus.report.inputs import frame
from markup import Outline
from markup import table as shown


def test_missing_benchmarks_do_not_matter(inputs, templates, tmp_path):
    """No folder, an empty file, a broken file: the page says that nothing was recorded."""
    (tmp_path / "empty.tsv").write_text("")
    (tmp_path / "broken.tsv").write_text("s\tmax_rss\nsoon\t?\n")
    for folder in (tmp_path, tmp_path / "none"):
        text = page.build(replace(inputs, benchmarks=folder), templates)
        assert "No durations were recorded" in text


def test_a_comparison_of_nan_is_a_dash(inputs, templates, tmp_path):
    """A metric that could not be compared is shown as such and crashes nothing."""
    table = frame(inputs.separation)
    numbers = table.select_dtypes(float).columns
    table.loc[table["metric"] == "sparsity", numbers] = np.nan
    tables.write(pa.Table.from_pandas(table), tmp_path / "separation.parquet")
    text = page.build(replace(inputs, separation=tmp_path / "separation.parquet"), templates)
    rows = [r for r in shown(text, "Every comparison in full") if r[0] == "Sparsity"]
    assert all(row[2:9] == ["–"] * 7 for row in rows)
    assert "could not be computed against any control" in text
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.S).lower().split()


def test_a_run_without_chains_has_no_section_on_them(inputs, templates):
    """With the LLC switched off the page is whole."""
    text = page.build(replace(inputs, diagnostics=[], chains={}), templates)
    assert "Estimates by status" in text
    assert "R-hat" not in text[text.index('id="health"') : text.index('id="subject"')]
    assert Outline(text).errors == []


def test_a_metric_that_failed_everywhere_is_listed(inputs, templates, tmp_path):
    """Scores without one usable value give dashes in the group's row."""
    good = next(path for path in inputs.scores if path.stem == "sparsity")
    failed = frame(good).assign(value=np.nan, status="diverged")
    tables.write(pa.Table.from_pandas(failed), tmp_path / "sparsity.parquet")
    paths = [path if path != good else tmp_path / "sparsity.parquet" for path in inputs.scores]
    text = page.build(replace(inputs, scores=paths), templates)
    row = next(r for r in shown(text, "Sparsity: the groups") if r[0] == "sae")
    assert row[1:] == ["0", "32", "–", "–", "–"]


@pytest.mark.parametrize("field", ["provenance", "corpus", "overview", "training"])
def test_a_missing_file_is_one_sentence(field, inputs, templates, tmp_path):
    """The message names the file."""
    with pytest.raises(LitmusError, match="gone"):
        page.build(replace(inputs, **{field: tmp_path / "gone"}), templates)


def test_a_mistake_in_the_template_is_one_sentence(inputs, tmp_path):
    """An edit that breaks the template is told as such."""
    for name in ("style.css", "script.js"):
        (tmp_path / name).write_text("")
    (tmp_path / "template.html").write_text("{{ not_a_name }}")
    with pytest.raises(LitmusError, match="not_a_name"):
        page.build(inputs, tmp_path)


def test_a_metric_without_words_is_called_by_its_name(inputs, templates):
    """A new metric appears before anyone has described it."""
    words = {name: about for name, about in synthetic.WORDS.items() if name != "sparsity"}
    assert ">sparsity</h3>" in page.build(replace(inputs, words=words), templates)
