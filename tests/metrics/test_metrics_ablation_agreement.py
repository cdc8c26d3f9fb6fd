"""Correlations against SciPy, coverage and algebra; outliers and halves by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import synthetic_ablation as made
from litmus.metrics.ablation.agreement import (
    AGREEMENT,
    OUTLYING,
    agreement,
    below_median,
    outlyingness,
    paired,
    pearson,
    spearman,
)

METRIC = "ablation_mean_kl_top16"


def drawn(rho, n, seed=0):
    """n Gaussian pairs with correlation rho."""
    x, e = np.random.default_rng(seed).normal(size=(2, n))
    return x, rho * x + np.sqrt(1 - rho * rho) * e


def test_pearsons_interval_is_scipys():
    """Which has Fisher's too."""
    x, y = drawn(0.4, 50)
    found, expected = pearson(x, y, 0.9), stats.pearsonr(x, y)
    assert found.value == pytest.approx(expected.statistic)
    assert found[1:] == pytest.approx(tuple(expected.confidence_interval(0.9)))


@pytest.mark.parametrize("of, truth", [(pearson, 0.5), (spearman, 6 / np.pi * np.arcsin(0.25))])
def test_an_interval_holds_the_truth_as_often_as_it_says(of, truth):
    """Of Gaussian pairs, whose rank correlation is known; 95 % within what 600 draws can tell."""
    found = [of(*drawn(0.5, 48, seed), 0.95) for seed in range(600)]
    held = np.mean([low < truth < high for _, low, high in found])
    assert held == pytest.approx(0.95, abs=0.03)


def test_ranks_do_not_see_a_monotone_map():
    """Spearman's ρ and interval of x, y and of exp x, y³."""
    x, y = drawn(0.3, 40)
    assert spearman(np.exp(x), y**3, 0.95) == pytest.approx(spearman(x, y, 0.95))


def test_what_cannot_be_estimated_is_not_a_number():
    """Fewer than five pairs, or no spread; a perfect line has an interval without width."""
    assert np.isnan(pearson(np.arange(4.0), np.arange(4.0), 0.95)).all()
    assert np.isnan(spearman(np.ones(9), np.arange(9.0), 0.95)).all()
    assert pearson(np.arange(9.0), 2 * np.arange(9.0), 0.95) == pytest.approx((1, 1, 1), abs=1e-6)


def test_only_directions_that_both_metrics_scored_are_paired():
    """A failed estimate on either side is left out."""
    scores = made.scores(10)
    of = scores["direction"].eq("sae/00003") & scores["metric"].eq(METRIC)
    other = scores["direction"].eq("sae/00004") & scores["metric"].eq(made.LLC)
    scores.loc[of, "status"] = "dead"
    scores.loc[other, "value"] = np.nan
    points = paired(scores, METRIC, made.LLC)
    assert len(points) == 28
    assert not {"sae/00003", "sae/00004"} & set(points["direction"])
    row = points.set_index("direction").loc["matched/00002"]
    value = scores.set_index(["direction", "metric"])["value"]
    assert row["x"] == value["matched/00002", made.LLC]
    assert row["y"] == value["matched/00002", METRIC]


def test_below_median_is_below_both_of_the_own_groups():
    """Worked by hand for two groups."""
    points = pd.DataFrame(
        {
            "group": ["a"] * 4 + ["b"] * 4,
            "x": [1, 2, 3, 4, 10, 20, 30, 40],
            "y": [1, 5, 2, 6, 4, 3, 2, 1],
        }
    )
    assert below_median(points).tolist() == [True] + [False] * 7


def test_every_group_and_subset_has_a_row_and_only_the_true_correlation_is_seen():
    """The candidate's values were made to follow, the controls' were not."""
    found = agreement(made.scores(200), [METRIC], made.LLC, 0.95)
    assert list(found.columns) == AGREEMENT.names
    assert len(found) == 6
    rows = found.set_index(["group", "subset"])
    assert rows.loc[("sae", "all"), "pearson_low"] > 0.5
    assert rows.loc[("sae", "all"), "n"] == 200
    for control in made.CONTROLS:
        row = rows.loc[(control, "all")]
        assert row["spearman_low"] < 0 < row["spearman_high"]


def test_a_group_without_pairs_has_its_rows_too():
    """Zero pairs, and no coefficient."""
    scores = made.scores(20)
    scores.loc[scores["group"].eq("sae"), "status"] = "not_converged"
    row = agreement(scores, [METRIC], made.LLC, 0.95).iloc[0]
    assert (row["group"], row["n"]) == ("sae", 0)
    assert np.isnan(row["pearson"])


def test_the_one_direction_far_outside_is_an_outlier():
    """And a value at the group's median is not at all."""
    points = paired(made.scores(41), METRIC, made.LLC)
    far = points.assign(far=outlyingness(points)).set_index("direction")["far"]
    assert far.idxmax() == "isotropic/00007"
    assert far.max() > 10 * OUTLYING
    same = outlyingness(pd.DataFrame({"group": "a", "x": [1.0] * 5, "y": [1.0] * 5}))
    assert same.tolist() == [0.0] * 5


def test_outlyingness_by_hand():
    """Values −2, −1, 0, 1, 9: median 0, MAD 1, so that the last has 0.6745 · 9."""
    points = pd.DataFrame({"group": "a", "x": [-2.0, -1, 0, 1, 9], "y": [0.0, 1, 2, 3, 4]})
    assert outlyingness(points).iloc[-1] == pytest.approx(0.6745 * 9)
