"""The figures of the ablations: what they show is what the tables hold."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

import synthetic_ablation as made
from litmus.figures import ablation, ablation_agreement
from litmus.metrics.ablation.agreement import agreement

METRIC = "ablation_mean_kl_top16"


def grid(path, **changes):
    """The figure of δ over k."""
    ablation.draw(made.separation().assign(**changes), made.VARIANTS, path)
    return path.read_text()


def scatter(path, scores=None):
    """The figure of best against best."""
    scores = made.scores() if scores is None else scores
    found = agreement(scores, [METRIC], made.LLC, 0.95)
    ablation_agreement.draw(scores, found, METRIC, made.LLC, made.TITLES, path)
    return path.read_text(), found


@pytest.mark.parametrize("draw", [grid, lambda path: scatter(path)[0]], ids=["grid", "scatter"])
def test_a_figure_is_well_formed_described_and_the_same_each_time(draw, tmp_path):
    """It parses, has a title and a description, nothing in fixed black, and no date."""
    text = draw(tmp_path / "one.svg")
    root = ElementTree.fromstring(text)
    assert root.attrib["role"] == "img"
    assert "#000000" not in text
    assert draw(tmp_path / "one.svg") == text


def test_the_grid_has_a_panel_an_effect_and_control_and_a_tick_a_k(tmp_path):
    """Two effects, two controls; k named once a column."""
    words = re.findall(r"<text[^>]*>([^<]+)</text>", grid(tmp_path / "one.svg"))
    assert [w for w in words if w.startswith("against ")] == [
        "against isotropic",
        "against matched",
    ]
    assert [w for w in words if w.startswith("δ by ")] == ["δ by KL", "δ by L1/L2"]
    assert words.count("16") == 2


def test_the_published_point_stands_beside_only_its_own_k(tmp_path):
    """k = 16 is on the axis, the published k = 8 of L1/L2 is not."""
    assert "published, GPT-2" in grid(tmp_path / "one.svg")
    without = {name: v for name, v in made.VARIANTS.items() if v[2] != 16}
    separation = made.separation()
    separation = separation[separation["metric"].isin(list(without))]
    ablation.draw(separation, without, tmp_path / "two.svg")
    assert "published, GPT-2" not in (tmp_path / "two.svg").read_text()


def test_who_is_higher_is_told_by_the_marks(tmp_path):
    """The legend names a direction only where some panel shows it."""
    both = grid(tmp_path / "one.svg")
    assert "sae higher" in both
    assert "sae lower" in both
    assert "sae lower" not in grid(tmp_path / "two.svg", higher="sae")


def test_a_grid_without_any_value_can_be_drawn(tmp_path):
    """All estimates failed."""
    numbers = ("delta", "delta_low", "delta_high", "delta_null")
    grid(tmp_path / "one.svg", higher="neither", **dict.fromkeys(numbers, np.nan))


def test_the_scatter_tells_each_groups_coefficients(tmp_path):
    """As the table has them."""
    text, found = scatter(tmp_path / "one.svg")
    for row in found[found["subset"] == "all"].itertuples():
        told = f"r = {row.pearson:.2f}, rank ρ = {row.spearman:.2f}".replace("-", "−")
        assert told in text


def test_the_outlier_is_named(tmp_path):
    """By its direction's id."""
    text, _ = scatter(tmp_path / "one.svg")
    assert ">isotropic/00007<" in text


def test_a_group_without_pairs_keeps_its_panel(tmp_path):
    """All of its estimates failed."""
    scores = made.scores()
    scores.loc[scores["group"].eq("matched"), "status"] = "not_converged"
    assert "no correlation" in scatter(tmp_path / "one.svg", scores)[0]
