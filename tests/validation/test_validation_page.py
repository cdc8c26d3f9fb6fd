"""The page: whole, alone, and plain about what failed."""

import re
from pathlib import Path

import pytest

from litmus.figures import validation as figure
from litmus.report import validation as page
from litmus.sampling.diagnostics import Health
from litmus.validation import plans, rows
from litmus.validation.cases import QUADRATICS
from markup import Outline, table

TEMPLATE = Path(__file__).parents[2] / "report" / "validation.html.jinja"


def measured(factor=1.0):
    """Two quadratics and two networks at two nβ; `factor` times the truth in the second network."""
    found = []
    for case in QUADRATICS[:2]:
        plan = plans.for_quadratic(case)
        health = Health(200.1 / case.n_beta, 0.2 / case.n_beta, 1.0, 900.0, "ok")
        found.append(
            rows.row(rows.Known("quadratic", f"{case}", 200, 200, 1, 400), plan, 8, health)
        )
    for rank, off in ((0, 1.0), (1, factor)):
        for resolution in (1.0, 100.0):
            plan = plans.for_network((2, 2, 2), resolution)
            known = rows.Known("linear network", f"2-2-2, rank {rank}", 2.0, 1.99, 2, 8)
            n_beta = plan.sampler.n_beta
            health = Health(2.0 * off / n_beta, 0.01 / n_beta, 1.0, 900.0, "ok")
            found.append(rows.row(known, plan, 4, health))
    return rows.table(found).to_pandas()


def written(folder, frame):
    """The page of `frame`."""
    figure.draw(frame[frame["family"] == "linear network"], folder / "figures" / "validation.svg")
    page.write(frame, folder / "figures" / "validation.svg", TEMPLATE, folder / "page.html")
    return (folder / "page.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """The page of a run in which all is well."""
    return written(tmp_path_factory.mktemp("page"), measured())


def test_the_page_is_whole_and_alone(html):
    """Tags closed, ids unique, nothing loaded from elsewhere."""
    outline = Outline(html)
    assert (outline.errors, outline.open) == ([], [])
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in outline.elements:
        for name in ("src", "href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:")), attributes
    assert re.findall(r"url\((?!#)", html) == []


def test_the_figure_has_words_and_a_table(html):
    """An image with a title, a caption, and every rung in <details>."""
    assert html.count("<figure>") == html.count('role="img"') == html.count("<figcaption>") == 1
    assert len(table(html, "Every network at every nβ")) == 1 + 4
    assert len(table(html, "Deep linear networks at each")) == 1 + 2


def test_when_all_is_well_it_says_so(html):
    """The headline counts the cases at the largest nβ."""
    assert "finds the known value in all 4 cases: 2 quadratics and 2 deep linear networks" in html


def test_a_failure_is_in_the_headline_and_in_the_table(tmp_path):
    """Twice the truth is told as failed."""
    html = written(tmp_path, measured(factor=2.0))
    assert "1 of 4 cases failed: 2-2-2, rank 1." in html
    assert [row[4] for row in table(html, "Deep linear networks at each")[1:]] == ["yes", "no"]


def test_the_same_rows_give_the_same_bytes(tmp_path, html):
    """No date, no random id."""
    assert written(tmp_path, measured()) == html
