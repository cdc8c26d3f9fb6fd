"""The plateau figures: as every figure must be, and with what they are to show."""

import re
from xml.etree import ElementTree

import pytest

from litmus.figures.inline import inline
from litmus.figures.plateau import LOOKS, TITLES
from litmus.settings.plateaus import Plateaus
from synthetic_plateaus import DRAW, PAIRS


@pytest.fixture(scope="module", params=DRAW)
def drawn(request, tmp_path_factory):
    """(kind, text) of each figure, drawn twice."""
    path = tmp_path_factory.mktemp("figures") / f"{request.param}.svg"
    DRAW[request.param](path)
    first = path.read_text(encoding="utf-8")
    DRAW[request.param](path)
    assert path.read_text(encoding="utf-8") == first, "the same data give the same bytes"
    assert inline(path).startswith("<svg ")
    return request.param, first


def test_a_figure_is_an_image_with_title_and_description(drawn):
    """It parses as XML, and words tell what it shows."""
    root = ElementTree.fromstring(drawn[1])
    ids = {element.attrib.get("id"): (element.text or "") for element in root.iter()}
    title, description = root.attrib["aria-labelledby"].split()
    assert root.attrib["role"] == "img"
    assert len(ids[title]) > 5 and len(ids[description]) > 80


def test_nothing_reaches_out_of_a_figure(drawn):
    """No raster, no style sheet, no reference to elsewhere, nothing in fixed black."""
    for unwanted in ("<image", "<style", "<metadata", "<!--", "#000000"):
        assert unwanted not in drawn[1]
    ids = set(re.findall(r'\bid="([^"]+)"', drawn[1]))
    for target in re.findall(r'(?:url\(#|href="#)([^)"]+)', drawn[1]):
        assert target in ids


def test_what_never_passes_is_counted(tmp_path):
    """Beside the histogram, whose bars are of the others."""
    DRAW["curves"](tmp_path / "one.svg")
    assert (tmp_path / "one.svg").read_text().count("never: 4 of 40") == 2


def test_delta_of_every_pair_is_written_down(tmp_path):
    """Three pairs in two modes, to two decimals."""
    DRAW["curves"](tmp_path / "one.svg")
    text = (tmp_path / "one.svg").read_text()
    for delta in PAIRS["delta"]:
        assert f"{delta:.2f}".removeprefix("0") in text


def test_every_kind_has_words_and_a_look():
    """Whatever the config may name, no two kinds of one experiment looking alike."""
    for key in ("base_kinds", "direction_kinds"):
        kinds = Plateaus.model_fields[key].annotation.__args__[0].__args__
        assert len({LOOKS[kind] for kind in kinds}) == len(kinds)
        assert len({TITLES[kind] for kind in kinds}) == len(kinds)
