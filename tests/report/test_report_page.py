"""The page: complete, alone, and true to the tables."""

import json
import re
from dataclasses import replace

import pytest

import synthetic
from litmus.report import page
from litmus.report.inputs import frame
from litmus.report.prose import fixed
from markup import Outline, table


@pytest.fixture(scope="module")
def outline(html):
    """The page's elements."""
    return Outline(html)


def test_every_tag_is_closed(outline):
    """The page is well-formed."""
    assert outline.errors == []
    assert outline.open == []


def test_the_page_is_small(html):
    """Far below 5 MB, figures included."""
    assert len(html.encode()) < 1_500_000


def test_the_page_names_its_language_and_title(html):
    """`lang`, a title, one h1."""
    assert '<html lang="en">' in html
    assert "<title>Do these directions behave like features?</title>" in html
    assert html.count("<h1>") == 1


def test_nothing_is_loaded_from_elsewhere(outline, html):
    """No source, link, import or url() leaves the page, and the policy forbids it."""
    for tag, attributes in outline.elements:
        for name in ("src", "href", "xlink:href", "action", "data"):
            assert (attributes.get(name) or "#").startswith(("#", "data:")), (tag, attributes)
    assert "@import" not in html
    assert re.findall(r"url\((?!#)", html) == []
    assert "default-src 'none'" in html


def test_every_id_is_unique_and_every_link_lands(outline):
    """Across all inlined figures and sections."""
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in outline.elements:
        if (attributes.get("href") or "").startswith("#"):
            assert attributes["href"][1:] in ids


def test_every_figure_is_an_image_with_words_and_a_datatable(html):
    """Each <figure> has an SVG with role img, a caption, and a table in <details>."""
    figures = re.findall(r"<figure>.*?</figure>", html, re.S)
    assert len(figures) == 2 + len(synthetic.WORDS) + len(synthetic.CHAINED)
    for figure in figures:
        assert figure.count('role="img"') == 1
        assert "<desc" in figure
        assert "<figcaption>" in figure
        assert re.search(r"<details>.*<table.*<tbody>\s*<tr>.*</details>", figure, re.S)


def test_every_table_has_a_caption_and_every_head_a_scope(html, outline):
    """Tables can be read aloud."""
    assert html.count("<table") == html.count("<caption")
    assert all("scope" in attributes for tag, attributes in outline.elements if tag == "th")


def test_the_full_table_holds_the_numbers_of_separation(inputs, html):
    """δ, null line and cross-fitted δ of each row, in the order of the file."""
    shown = table(html, "Every comparison in full")[1:]
    stored = frame(inputs.separation)
    assert len(shown) == len(stored)
    for row, (_, truth) in zip(shown, stored.iterrows(), strict=True):
        assert row[1] == truth["control"]
        expected = [fixed(truth[name]) for name in ("delta", "delta_null", "delta_crossfit")]
        assert [row[2], row[4], row[5]] == expected


def test_the_first_table_holds_the_same_numbers(inputs, html):
    """Every δ at a glance is one of separation.parquet, measure by measure."""
    section = html[html.index('id="glance"') : html.index('id="overview"')]
    shown = re.findall(r'class="delta">([^<]*)<', section)
    stored = frame(inputs.separation).set_index(["metric", "control"])["delta"]
    expected = [fixed(stored[m, c]) for m in synthetic.WORDS for c in synthetic.CONTROLS]
    assert shown == expected


def test_every_coloured_cell_is_marked_in_words_too(html):
    """A verdict never rests on colour alone."""
    cells = re.findall(r'<td class="(?:un)?weighed".*?</td>', html, re.S)
    assert len(cells) == len(synthetic.WORDS) * len(synthetic.CONTROLS)
    assert all(re.search(r'class="unseen">[^<]*(chance|computed)', cell) for cell in cells)


def test_baselines_stand_beneath_the_measures(html):
    """Trivial metrics come after the rest, under their own heading."""
    section = html[html.index('id="glance"') : html.index('id="overview"')]
    heading = section.index("Trivial baselines")
    for metric, about in synthetic.WORDS.items():
        assert (section.index(f'href="#{metric}"') > heading) == about["trivial"]


def test_failures_are_counted_on_the_page(html):
    """In each of five groups 4 + 1 of one measure failed, and 2 + 1 of another."""
    assert "40 of 1\u202f120 estimates failed" in html
    rows = {row[0]: row[1:] for row in table(html, "Estimates by status")}
    assert rows["measure"] == [
        "ok",
        "censored",
        "not converged",
        "unreached",
        "diverged",
        "dead",
    ]
    assert rows["Functional LLC, 1σ"] == ["135", "0", "20", "0", "5", "0"]
    assert rows["Behavioral LLC"] == ["145", "0", "0", "10", "0", "5"]


def test_the_deviation_of_a_group_is_that_of_its_usable_directions(inputs, html):
    """n, excluded and mean are taken over status ok alone."""
    scores = frame(next(p for p in inputs.scores if p.stem == "llc_functional_1sigma"))
    ok = scores[(scores["group"] == "sae") & (scores["status"] == "ok")]["value"]
    row = next(r for r in table(html, "Functional LLC, 1σ: the groups") if r[0] == "sae")
    assert row[1:3] == [str(len(ok)), str(32 - len(ok))]
    assert float(row[3].split(" ± ")[0]) == pytest.approx(ok.mean(), rel=0.01)


def test_settings_versions_seeds_and_commit_are_shown(html):
    """What a reader needs to make the run again."""
    for needed in ("hook: blocks.2.hook_resid_pre", "2.13.0", "0123abc", "dictionary.seed"):
        assert needed in html


def test_durations_are_added_by_stage(html):
    """Two jobs of one stage are one row; memory that is not known is passed over."""
    row = next(r for r in table(html, "How long each stage took") if r[0] == "llc functional")
    assert row[1:] == ["2", "13 min 30 s", "6 min 52 s", "1\u202f210"]


def test_text_from_outside_is_escaped(inputs, templates, tmp_path):
    """A title or a path with markup in it stays text."""
    provenance = json.loads(inputs.provenance.read_text())
    provenance["settings"]["report"]["title"] = "<script>alert(1)</script> & more"
    (tmp_path / "provenance.json").write_text(json.dumps(provenance))
    text = page.build(replace(inputs, provenance=tmp_path / "provenance.json"), templates)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in text


def test_the_same_inputs_give_the_same_page(inputs, templates, html):
    """Byte for byte."""
    assert page.build(inputs, templates) == html


def test_the_page_is_written_at_once(inputs, templates, html, tmp_path):
    """The file holds the page, and nothing half-written stays beside it."""
    page.write(inputs, templates, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == html
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_the_candidates_row_order_is_that_of_the_figure(html):
    """The candidate first, then the controls as compared."""
    rows = table(html, "Sparsity: the groups")[1:]
    assert [row[0] for row in rows] == ["sae", *synthetic.CONTROLS]


def test_pandas_is_not_seen(html):
    """No dtype, index name or type of the code's own leaks into the page."""
    visible = re.sub(r"<(svg|style|script).*?</\1>", "", html, flags=re.S)
    assert not re.search(r"dtype|NaT|<NA>|None<|float64|Undefined", visible)
