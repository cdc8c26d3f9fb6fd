"""The figure of a metric over the whole dictionary."""

import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from litmus.figures import whole_dictionary

TITLES = {"a": "Measure, σ = 1", "b": "Measure, σ = 2"}
N = 40


def table(value=None, status="ok"):
    """Scores of forty live features by two metrics."""
    drawn = np.random.default_rng(0).gamma(4.0, size=2 * N)
    return pd.DataFrame(
        {
            "feature": np.repeat(np.arange(N), 2),
            "direction": np.repeat([f"sae/{i:05d}" for i in range(N)], 2),
            "metric": ["a", "b"] * N,
            "value": drawn if value is None else value,
            "standard_error": 0.1,
            "status": status,
        }
    )


def drawn(path, scores, sampled=10, titles=TITLES):
    """The figure's text."""
    whole_dictionary.draw(scores, titles, sampled, path)
    return path.read_text(encoding="utf-8")


def strokes(svg):
    """Where each panel marks sampled features, from left to right."""
    root = ElementTree.fromstring(svg)
    groups = [g for g in root.iter() if g.attrib.get("id", "").split("-")[-1] == "sampled"]
    paths = [" ".join(p.attrib.get("d", "") for p in group.iter()) for group in groups]
    return [sorted(float(x) for x in re.findall(r"M (\S+)", path)) for path in paths]


def test_the_same_data_give_the_same_bytes(tmp_path):
    """Two draws are byte-identical."""
    one = drawn(tmp_path / "one.svg", table())
    assert drawn(tmp_path / "one.svg", table()) == one


def test_it_is_an_image_with_title_and_description(tmp_path):
    """For those who do not see it: sizes and medians."""
    scores = table()
    svg = drawn(tmp_path / "one.svg", scores)
    values = scores.loc[scores["metric"] == "b", "value"]
    words = re.search(r"<desc[^>]*>(.*?)</desc>", svg)[1]
    assert 'role="img"' in svg
    assert f"{TITLES['b']}: all 40; median {values.median():.3g}; sampled 10;" in words
    assert f"median {values[:10].median():.3g}." in words


def test_every_sampled_feature_is_a_stroke(tmp_path):
    """The first of the table's order; excluded ones are counted instead."""
    scores = table()
    assert [len(s) for s in strokes(drawn(tmp_path / "one.svg", scores))] == [10, 10]
    scores.loc[(scores["metric"] == "a") & (scores["feature"].isin([0, 3, 30])), "status"] = "dead"
    svg = drawn(tmp_path / "one.svg", scores)
    assert [len(s) for s in strokes(svg)] == [8, 10]
    assert "all 37, 3 excluded" in svg
    assert "sampled 8, 2 excluded" in svg


def test_nothing_is_drawn_in_fixed_black(tmp_path):
    """It can stand on dark paper."""
    svg = drawn(tmp_path / "one.svg", table())
    assert "#000000" not in svg
    assert "currentColor" in svg


@pytest.mark.parametrize(
    "scores",
    [table(status="dead"), table(value=2.0), table(value=np.nan), table(value=0.0)],
    ids=["all dead", "all equal", "no numbers", "all zero"],
)
def test_values_without_spread_can_be_drawn(scores, tmp_path):
    """Also where there is none at all."""
    assert "share of features" in drawn(tmp_path / "one.svg", scores)


@pytest.mark.parametrize("space", [np.linspace, np.geomspace])
def test_values_over_decades_have_a_logarithmic_axis(space, tmp_path):
    """There a constant ratio is a constant distance; otherwise a constant difference is."""
    low, high = (1, 30) if space is np.linspace else (0.01, 1000)
    svg = drawn(tmp_path / "one.svg", table(value=space(low, high, 2 * N)), sampled=N)
    steps = np.diff(strokes(svg)[0])
    np.testing.assert_allclose(steps, steps.mean(), atol=0.02)


@pytest.mark.parametrize("count", [1, 4, 7])
def test_there_is_a_panel_a_metric(count, tmp_path):
    """In as many lines as it takes."""
    scores = pd.concat([table().assign(metric=f"m{i}") for i in range(count)])
    titles = {f"m{i}": f"Number {i}" for i in range(count)}
    svg = drawn(tmp_path / "one.svg", scores, titles=titles)
    assert len(strokes(svg)) == count
    assert all(title in svg for title in titles.values())
