"""The scatter of λ̂ against cheap measures."""

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from litmus.figures import agreement

TITLES = {"a": "Learning coefficient", "b": "Sensitivity, σ = 1", "c": "Quadratic"}
GROUPS = ("sae", "isotropic", "mine")
N = 10


def scores(**changes):
    """Scores of thirty directions by three metrics, over two decades."""
    values = np.geomspace(1, 100, 3 * N)
    return pd.concat(
        pd.DataFrame(
            {
                "direction": [f"{g}/{i:05d}" for g in GROUPS for i in range(N)],
                "group": np.repeat(GROUPS, N),
                "metric": metric,
                "value": values,
                "standard_error": 0.1 * values,
                "status": "ok",
                **changes,
            }
        )
        for metric in TITLES
    ).reset_index(drop=True)


def drawn(path, table, pairs=(("a", "b"), ("a", "c"))):
    """The figure's text."""
    agreement.draw(table, pairs, TITLES, path)
    return path.read_text(encoding="utf-8")


def test_the_same_data_give_the_same_bytes(tmp_path):
    """Two draws are byte-identical."""
    one = drawn(tmp_path / "one.svg", scores())
    assert drawn(tmp_path / "one.svg", scores()) == one


def test_every_panel_names_both_measures(tmp_path):
    """Upwards the dear one, to the right the cheap one; a description for those who cannot see."""
    svg = drawn(tmp_path / "one.svg", scores())
    assert svg.count(TITLES["a"]) >= 2
    assert f"{TITLES['a']} against {TITLES['b']}: 30 directions." in svg
    ElementTree.fromstring(svg)


def test_only_directions_with_both_scores_are_drawn(tmp_path):
    """What is not ok in either measure stays out, and the count says so."""
    table = scores()
    table.loc[[0, 3 * N + 5], "status"] = "not_converged"
    table.loc[7, "value"] = np.nan
    svg = drawn(tmp_path / "one.svg", table)
    assert f"{TITLES['a']} against {TITLES['b']}: 27 directions." in svg
    assert f"{TITLES['a']} against {TITLES['c']}: 28 directions." in svg


def test_groups_differ_by_shape_as_well_as_by_colour(tmp_path):
    """No two groups share a marker."""
    assert len(set(agreement.MARKERS)) == len(agreement.MARKERS)
    svg = drawn(tmp_path / "one.svg", scores())
    assert all(f">{group}</text>" in svg for group in GROUPS)


@pytest.mark.parametrize("values", [1.0, 0.0, -2.0, np.nan])
def test_values_without_spread_can_be_drawn(values, tmp_path):
    """All equal, negative, or none at all."""
    svg = drawn(tmp_path / "one.svg", scores(value=values, standard_error=np.nan))
    assert "directions." in svg


def test_nothing_is_drawn_in_fixed_black(tmp_path):
    """It can stand on dark paper."""
    assert "#000000" not in drawn(tmp_path / "one.svg", scores())
