"""What every figure must be: deterministic, composable, readable by machines and on dark paper."""

import re
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pytest

import synthetic
from litmus.figures import chains, distribution, overview, traces, training
from litmus.figures.inline import dark_colors, inline
from litmus.figures.palette import KNOWN, SPARE, looks
from litmus.figures.style import rounded

N = 24
LLC = "llc_functional_1sigma"
KINDS = ("distribution", "overview", "traces", "training")


@pytest.fixture(scope="module")
def scores():
    """Scores of three metrics."""
    return {m: synthetic.scores(m, N) for m in ("sparsity", "projection_std", LLC)}


@pytest.fixture(scope="module")
def separation(scores):
    """Their separation."""
    return synthetic.separation(list(scores.values()))


@pytest.fixture(scope="module")
def draw(scores, separation):
    """Draw one kind of figure to a path."""
    found = synthetic.traces(scores[LLC], chains=2, steps=40)
    health = chains.judged(synthetic.diagnostics(scores[LLC], found, 10), scores[LLC], LLC)
    shown = chains.paths(pa.Table.from_pandas(found), health)
    titles = {metric: synthetic.WORDS[metric]["title"] for metric in scores}

    def drawn(kind, path):
        if kind == "distribution":
            rows = separation[separation["metric"] == "sparsity"]
            distribution.draw(scores["sparsity"], rows, "Sparsity", path)
        elif kind == "overview":
            overview.draw(separation, titles, {"projection_std"}, path)
        elif kind == "traces":
            traces.draw(shown, health, 10, "LLC", path)
        else:
            training.draw(synthetic.training(), 5.9, path)
        return path.read_text(encoding="utf-8")

    return drawn


@pytest.fixture(scope="module", params=KINDS)
def drawn(request, draw, tmp_path_factory):
    """(kind, text) of each figure, drawn once."""
    path = tmp_path_factory.mktemp("figures") / f"{request.param}.svg"
    return request.param, draw(request.param, path)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_data_give_the_same_bytes(kind, draw, tmp_path):
    """Two draws of one figure are byte-identical."""
    (tmp_path / "figures").mkdir()
    path = tmp_path / "figures" / "one.svg"
    assert draw(kind, path) == draw(kind, path)


def test_a_users_matplotlibrc_has_no_say(draw, tmp_path):
    """Settings outside the house's do not reach a figure."""
    import matplotlib as mpl

    plain = draw("training", tmp_path / "one.svg")
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert draw("training", tmp_path / "one.svg") == plain


def test_every_figure_is_well_formed(drawn):
    """A figure parses as XML."""
    ElementTree.fromstring(drawn[1])


def test_every_figure_is_an_image_with_title_and_description(drawn):
    """A figure has role img and is labelled by a title and a description that exist."""
    root = ElementTree.fromstring(drawn[1])
    assert root.attrib["role"] == "img"
    ids = {element.attrib.get("id"): (element.text or "") for element in root.iter()}
    title, description = root.attrib["aria-labelledby"].split()
    assert len(ids[title]) > 5
    assert len(ids[description]) > 40


def test_text_stays_text_in_the_readers_own_font(drawn):
    """Words are <text> in a system font, never outlines."""
    assert drawn[1].count("<text") > 5
    assert "system-ui" in drawn[1]
    assert "DejaVu" not in drawn[1]


def test_black_follows_the_ink_of_the_page(drawn):
    """Nothing is drawn in fixed black, so a figure can stand on dark paper."""
    assert "#000000" not in drawn[1]
    assert "currentColor" in drawn[1]


def test_nothing_tells_the_time_or_the_maker(drawn):
    """No metadata, no comments, no style sheet that would reach other figures."""
    for unwanted in ("<metadata", "<!--", "<style", "matplotlib"):
        assert unwanted not in drawn[1].lower()


def test_every_reference_points_into_the_same_figure(drawn):
    """Each url(#…) and href has a target in the file."""
    ids = set(re.findall(r'\bid="([^"]+)"', drawn[1]))
    for target in re.findall(r'(?:url\(#|href="#)([^)"]+)', drawn[1]):
        assert target in ids


def test_two_figures_share_no_id(draw, tmp_path):
    """Ids are unique across figures, even those of one stem in two folders."""
    ids = []
    for folder, kind in (("a", "training"), ("b", "training"), ("a", "overview")):
        (tmp_path / folder).mkdir(exist_ok=True)
        draw(kind, tmp_path / folder / f"{kind}.svg")
        ids += re.findall(r'\bid="([^"]+)"', inline(tmp_path / folder / f"{kind}.svg"))
    assert len(ids) == len(set(ids))


def test_an_inlined_figure_scales_and_names_its_colours(draw, tmp_path):
    """No fixed size remains, and a group's colour can be overridden by the page."""
    draw("distribution", tmp_path / "one.svg")
    svg = inline(tmp_path / "one.svg")
    assert svg.startswith("<svg ")
    assert not re.search(r'^<svg [^>]*\s(width|height)="', svg)
    assert "var(--c-0072b2, #0072b2)" in svg


def test_the_gap_at_the_threshold_is_the_separation(scores, separation):
    """1 − 2δ is the distance of the two ECDFs at the threshold that the figure marks."""
    row = separation[separation["metric"] == "sparsity"].iloc[0]
    of = scores["sparsity"].groupby("group")["value"]
    shares = [np.mean(of.get_group(g) <= row["threshold"]) for g in ("sae", row["control"])]
    assert abs(shares[0] - shares[1]) == pytest.approx(1 - 2 * row["delta"])


def test_excluded_directions_are_counted_in_the_figure(scores, separation, tmp_path):
    """A group with failed estimates says how many are missing."""
    rows = separation[separation["metric"] == LLC]
    distribution.draw(scores[LLC], rows, "LLC", tmp_path / "one.svg")
    assert "n = 19, 5 excluded" in (tmp_path / "one.svg").read_text()


def test_a_metric_without_any_value_still_has_a_figure(scores, separation, tmp_path):
    """All estimates failed: empty strips, dashes, no crash."""
    failed = scores["sparsity"].assign(value=np.nan, status="diverged")
    numbers = ["delta", "threshold", "delta_low", "delta_high", "delta_null", "delta_crossfit"]
    rows = separation[separation["metric"] == "sparsity"].assign(**dict.fromkeys(numbers, np.nan))
    distribution.draw(failed, rows, "Sparsity", tmp_path / "one.svg")
    assert "δ = –" in (tmp_path / "one.svg").read_text()
    overview.draw(rows, {"sparsity": "Sparsity"}, set(), tmp_path / "two.svg")
    assert "not computed" in (tmp_path / "two.svg").read_text()


def test_values_that_are_all_equal_can_be_drawn(scores, separation, tmp_path):
    """A metric without any spread gives a figure."""
    rows = separation[separation["metric"] == "sparsity"]
    same = scores["sparsity"].assign(value=0.25)
    distribution.draw(same, rows.assign(threshold=0.25, delta=0.5), "Same", tmp_path / "one.svg")


def test_coordinates_are_rounded_and_whole_numbers_kept():
    """A hundredth of a point suffices, and 100 stays 100."""
    assert rounded("M 100 20.500000\nL 10.126 -0.001 z") == "M 100 20.5 L 10.13 0 z"


def test_groups_differ_by_line_as_well_as_by_colour():
    """No two known groups share a colour or a dash."""
    assert len({look.color for look in KNOWN.values()}) == len(KNOWN)
    assert len({look.dashes for look in KNOWN.values()}) == len(KNOWN)


@pytest.mark.parametrize("look", [*KNOWN.values(), *SPARE], ids=lambda look: look.color)
def test_colours_stand_out_on_both_papers(look):
    """Each colour has a contrast of 3:1 or more on white, its partner on dark paper."""
    assert _contrast(look.color, "#fdfdfb") >= 3
    assert _contrast(look.dark, "#16181b") >= 3


def test_a_group_of_the_users_own_gets_a_look():
    """Unknown groups take spare looks that do not depend on the order they are named in."""
    assert looks(["mine", "sae", "yours"]) == looks(["yours", "mine", "sae"])
    assert looks(["mine"])["mine"] in SPARE
    assert len(dark_colors()) == len(KNOWN) + len(SPARE)


def _contrast(one, other):
    """The contrast ratio of WCAG 2."""

    def luminance(color):
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
