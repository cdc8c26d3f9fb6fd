"""Two metrics of a run, and of the study: who is counted, and δ side by side."""

import numpy as np
import pandas as pd
import pytest

from litmus.separation.delta import fit
from litmus.study.column import Column
from litmus.study.compare import DELTAS, RANKING, Effort, deltas, ranking
from litmus.study.deltas import compare, walks
from litmus.study.plan import cells
from litmus.study.ranks import resampled
from litmus.study.run import pairs, same
from litmus.study.summary import STUDY_DELTAS, STUDY_RANKING, converged, over_seeds, summary

N = 20
EFFORT = Effort(0.95, 60, 0)
GROUPS = ("sae", "isotropic", "covariance")


def scores(metrics, seed=0):
    """Tidy scores of three groups; the metrics share their signal."""
    source = np.random.default_rng(seed)
    signal = source.normal(size=3 * N) + np.repeat([1.0, 0.0, 0.3], N)
    return pd.concat(
        pd.DataFrame(
            {
                "direction": [f"{g}/{i:05d}" for g in GROUPS for i in range(N)],
                "group": np.repeat(GROUPS, N),
                "metric": metric,
                "value": np.exp(signal + 0.1 * source.normal(size=3 * N)),
                "standard_error": 0.1,
                "status": "ok",
            }
        )
        for metric in metrics
    )


def traces(of, chains=4, steps=6):
    """Losses that differ by chain, and are far off before the draws."""
    rows = of[of["metric"] == "a"]
    table = rows[["direction", "group", "metric", "value"]].merge(
        pd.DataFrame({"chain": np.repeat(range(chains), steps), "step": [*range(steps)] * chains}),
        how="cross",
    )
    late = table["step"] >= 2
    return table.assign(loss=np.where(late, table["value"] + table["chain"] + table["step"], 1e6))


def test_chains_are_repeats_of_their_own_draws():
    """Burn-in and what thinning drops stay out of every chain's mean."""
    given = scores("ab")
    column = Column.of(given, "a").with_chains(traces(given), burn_in=2, every=2)
    value = column.scores["value"].iloc[0]
    expected = [value + chain + (2 + 4) / 2 for chain in range(4)]
    np.testing.assert_allclose(column.repeats.loc[column.scores.index[0]], expected)


def test_only_directions_that_both_have_ok_are_ranked():
    """The others are counted, each in its group."""
    given = scores("ab").reset_index(drop=True)
    given.loc[0, "status"] = "not_converged"
    given.loc[3 * N + 1, "value"] = np.nan
    rows = ranking(Column.of(given, "a"), Column.of(given, "b"), EFFORT).set_index("scope")
    assert list(rows.reset_index()[RANKING.names].columns) == RANKING.names
    assert rows.loc["all", ["n", "excluded"]].tolist() == [3 * N - 2, 2]
    assert rows.loc["sae", ["n", "excluded"]].tolist() == [N - 2, 2]
    assert rows.loc["isotropic", ["n", "excluded"]].tolist() == [N, 0]


def test_a_metric_agrees_with_itself_fully():
    """ρ is 1 in every scope, and δ does not differ."""
    column = Column.of(scores("ab"), "a")
    assert ranking(column, column, EFFORT)["rho"].to_numpy() == pytest.approx(1)
    found = deltas(column, column, "sae", GROUPS[1:], EFFORT)
    assert found["difference"].tolist() == [0, 0]
    assert (found["difference_low"] < 0).all()
    assert (found["difference_high"] > 0).all()


def test_both_deltas_are_those_of_the_separation():
    """As `separation.delta` has them."""
    given = scores("ab")
    columns = {name: Column.of(given, name) for name in "ab"}
    found = deltas(columns["a"], columns["b"], "sae", ["covariance"], EFFORT).iloc[0]
    assert list(found.index) == DELTAS.names
    for name, key in (("a", "delta_dear"), ("b", "delta_cheap")):
        values = given[given["metric"] == name].groupby("group")["value"]
        truth = fit(values.get_group("sae").to_numpy(), values.get_group("covariance").to_numpy())
        assert found[key] == pytest.approx(truth.delta)


def test_a_resampled_delta_is_that_of_its_members():
    """As if every direction stood in its group as often as it is drawn, ties included."""
    source = np.random.default_rng(0)
    values, ours = np.round(3 * source.normal(size=40)), np.repeat([True, False], 20)
    weights = resampled(ours, 5, source)
    for drawn, delta in zip(weights, walks(values, ours, weights), strict=True):
        members, group = np.repeat(values, drawn), np.repeat(ours, drawn)
        assert delta == pytest.approx(fit(members[group], members[~group]).delta)


def test_a_clear_difference_of_delta_is_seen():
    """One measure tells two groups apart and another does not: the interval leaves out zero."""
    source = np.random.default_rng(0)
    ours = np.repeat([True, False], 60)
    noise = source.normal(size=120)
    found = compare(noise + 4 * ours, noise, ours, resampled(ours, 200, source), 0.95)
    assert found.first < found.second
    assert found.high < 0


def test_the_same_seed_gives_the_same_table():
    """And another one other intervals."""
    given = scores("ab")
    pair = Column.of(given, "a"), Column.of(given, "b")
    one = ranking(*pair, EFFORT)
    pd.testing.assert_frame_equal(one, ranking(*pair, EFFORT))
    assert not one.equals(ranking(*pair, Effort(0.95, 60, 1)))


BLOCKS = {
    "llc_functional": {"nonlinearity": "hard", "reduction": "sum"},
    "weight_sensitivity": {"nonlinearity": "hard", "reduction": "sum", "threshold": 1.0},
    "llc_quadratic": {"nonlinearity": "relu", "reduction": "sum"},
}
METRICS = {
    "projection_std": {"family": "projection_std"},
    **{f"weight_sensitivity_{s}": {"family": "weight_sensitivity"} for s in ("1", "2", "3")},
    "llc_functional_1sigma": {"family": "llc_functional"},
    "llc_functional_2sigma": {"family": "llc_functional"},
}


def test_every_coefficient_meets_every_cheap_measure_and_the_baseline():
    """In the order of the config, whether the quadratic is scored or not."""
    found = pairs(BLOCKS, METRICS)
    assert len(found) == 2 * 4
    assert found[3] == ("llc_functional_1sigma", "projection_std")
    more = {**METRICS, "llc_quadratic_1sigma": {"family": "llc_quadratic"}}
    assert len(pairs(BLOCKS, more)) == 2 * 5


@pytest.mark.parametrize("gone", ["llc_functional", "weight_sensitivity"])
def test_without_one_side_there_are_no_pairs(gone):
    """Nothing to compare."""
    left = {m: about for m, about in METRICS.items() if about["family"] != gone}
    assert pairs(BLOCKS, left) == []
    assert pairs(BLOCKS, left, few=True) == []


def test_the_figure_has_the_middle_scale():
    """One panel for each coefficient and cheap family."""
    found = pairs(BLOCKS, METRICS, few=True)
    assert found == [(f"llc_functional_{k}sigma", "weight_sensitivity_2") for k in (1, 2)]


def test_another_threshold_or_form_is_another_feature():
    """Only of the same feature is one measure held to carry the other's ranking."""
    assert same("llc_functional_1sigma", "weight_sensitivity_2", BLOCKS)
    assert not same("llc_functional_2sigma", "weight_sensitivity_2", BLOCKS)
    assert not same("llc_functional_1sigma_l0_attn", "weight_sensitivity_2", BLOCKS)
    assert not same("llc_functional_1sigma", "llc_quadratic_1sigma", BLOCKS)
    assert not same("llc_functional_1sigma", "projection_std", BLOCKS)
    linear = {name: {**block, "nonlinearity": "none"} for name, block in BLOCKS.items()}
    assert same("llc_functional_2sigma", "weight_sensitivity_2", linear)


def study(seeds=2):
    """Rows of one cell by two seeds; one direction never converges with the second."""
    parts = []
    for seed in range(seeds):
        rows = scores(("llc_functional", "weight_sensitivity_1"), seed=0).reset_index(drop=True)
        rows["value"] *= np.exp(0.05 * np.random.default_rng(seed + 9).normal(size=len(rows)))
        rows.loc[4, "status"] = "not_converged" if seed else "ok"
        cell = {"layer": 1, "nonlinearity": "hard", "threshold": 1.0, "regime": "tight"}
        health = {"rhat": 1.0, "ess": 50.0, "drift": 0.0, "stiffness": 1.0}
        parts.append(rows.assign(seed=seed, **cell, **health))
    return pd.concat(parts, ignore_index=True)


def test_a_direction_has_the_worst_status_of_its_seeds():
    """It is left out of the ok ones, and counted."""
    rows = study()
    column = over_seeds(rows, "llc_functional")
    assert (column.scores["status"] == "ok").sum() == 3 * N - 1
    assert next(converged(rows))["not_converged"] == 1
    means = rows[rows["metric"] == "llc_functional"].groupby("direction")["value"].mean()
    np.testing.assert_allclose(column.scores["value"], means[column.scores.index])


def test_a_cell_is_told_with_and_without_what_did_not_converge():
    """Both the ranking and δ, the first group against the others."""
    found = summary(study(), 0.95, 40, 0)
    assert list(found.ranking.columns) == STUDY_RANKING.names
    assert list(found.deltas.columns) == STUDY_DELTAS.names
    whole = found.ranking[found.ranking["scope"] == "all"].set_index("directions")
    assert whole["n"].to_dict() == {"ok": 3 * N - 1, "all": 3 * N}
    assert found.deltas["candidate"].unique().tolist() == ["sae"]
    assert found.deltas["control"].unique().tolist() == ["isotropic", "covariance"]


def test_a_linear_feature_has_no_threshold():
    """So it is one cell, however many thresholds there are."""
    wanted = {
        "regimes": ["tight", "loose"],
        "layers": [1, 2],
        "features": ["none", "relu"],
        "thresholds": [1.0, 2.0],
    }
    found = cells(wanted)
    assert len(found) == 2 * 2 * (1 + 2)
    assert found["l2_relu_2sigma_loose"].hook == "blocks.2.hook_resid_pre"
    assert found["l1_none_tight"].threshold == 0
