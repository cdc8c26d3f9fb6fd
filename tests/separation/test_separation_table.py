"""The separation table."""

import numpy as np
import pandas as pd
import pytest

from litmus.errors import LitmusError
from litmus.separation.delta import fit
from litmus.separation.table import SEPARATION, as_table, separate
from litmus.tables import SCORES

CONTROLS = ["isotropic", "matched"]
NUMBERS = SEPARATION.names[SEPARATION.names.index("delta") :]


def scores_of(metric, **groups):
    """Tidy scores with the values of each group, all of them `ok`."""
    rows = [
        (f"{group}/{i:05d}", group, metric, value, 0.1, "ok")
        for group, values in groups.items()
        for i, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=SCORES.names)


def compare(scores, controls=CONTROLS, candidate="sae", **changes):
    """`separate` with little effort."""
    settings = dict(confidence=0.95, bootstrap=50, permutations=99, crossfits=3)
    return separate(scores, candidate, controls, {"matched"}, **{"seed": 0, **settings, **changes})


def test_groups_of_different_sizes_by_hand():
    """Of one's own, a file may hold fewer; a matched control has as many.

    Above 3.75 lie all of {4, 5, 6} and two of {1, 2, 3.5, 4.5, 7}: δ = (0 + 2/5)/2. Of the 15 pairs
    the candidate wins 3 + 3 + 3 + 2 + 0 = 11. Against its partners it wins two of three.
    """
    scores = scores_of("m", file=[4, 5, 6], isotropic=[1, 2, 3.5, 4.5, 7], matched=[3, 4, 9])
    told = compare(scores, ["isotropic", "matched"], candidate="file")
    free, paired = told.iloc[0], told.iloc[1]
    assert (free["n_candidate"], free["n_control"], paired["n_control"]) == (3, 5, 3)
    assert (free["delta"], free["threshold"], free["higher"]) == (pytest.approx(0.2), 3.75, "file")
    assert free["auroc"] == pytest.approx(11 / 15)
    assert np.isnan(free["win_share"]) and np.isnan(free["p_wilcoxon"])
    assert paired["win_share"] == pytest.approx(2 / 3)


@pytest.fixture
def scores():
    """Two metrics of three groups; the first tells them apart."""
    random = np.random.default_rng(0)
    return pd.concat(
        [
            scores_of(
                metric,
                sae=random.normal(shift, 1, 12),
                isotropic=random.normal(0, 1, 10),
                matched=random.normal(0, 1, 12),
            )
            for metric, shift in (("sparsity", 1), ("ablation", 0))
        ],
        ignore_index=True,
    )


def test_one_row_for_each_metric_and_control(scores):
    """Metrics in their order of appearance, controls in the order asked for."""
    table = compare(scores)
    assert list(table.columns) == SEPARATION.names
    assert list(zip(table["metric"], table["control"], strict=True)) == [
        ("sparsity", "isotropic"),
        ("sparsity", "matched"),
        ("ablation", "isotropic"),
        ("ablation", "matched"),
    ]


def test_a_row_by_hand():
    """{3, 5} against {1, 2}: fully apart, at the threshold 2.5."""
    table = compare(scores_of("m", sae=[3, 5], matched=[2, 1]), controls=["matched"])
    row = table.iloc[0]
    assert (row["n_candidate"], row["mean_candidate"]) == (2, 4)
    assert row["std_candidate"] == pytest.approx(np.sqrt(2))
    assert (row["n_control"], row["mean_control"]) == (2, 1.5)
    assert (row["delta"], row["threshold"], row["higher"]) == (0, 2.5, "sae")
    assert (row["auroc"], row["win_share"], row["p_wilcoxon"]) == (1, 1, 0.5)


def test_the_lower_candidate_names_the_control_as_higher():
    """`higher` is the group that lies above the threshold."""
    table = compare(scores_of("m", sae=[1, 2], isotropic=[3, 4]), controls=["isotropic"])
    assert table["higher"].item() == "isotropic"


def test_all_values_equal():
    """Two constant, equal groups: δ and AUROC are ½, p is 1, neither is higher."""
    table = compare(scores_of("m", sae=[4] * 5, matched=[4] * 5), controls=["matched"])
    row = table.iloc[0]
    columns = ["delta", "delta_null", "delta_crossfit", "auroc", "win_share"]
    assert (row[columns] == 0.5).all()
    assert (row[["p_permutation", "p_holm", "p_wilcoxon"]] == 1).all()
    assert (row["higher"], row["threshold"]) == ("neither", 4)


def test_only_finite_ok_values_are_used_and_the_rest_is_counted(scores):
    """A diverged, a dead or an infinite score is excluded, counted and changes nothing else."""
    spoiled = scores_of("sparsity", sae=[1e9, np.nan, np.inf, 5e9], isotropic=[-1e9])
    spoiled["direction"] = spoiled["group"] + "/9" + spoiled["direction"].str[-4:]
    spoiled["status"] = ["diverged", "ok", "ok", "not_converged", "dead"]
    clean = compare(scores)
    table = compare(pd.concat([scores, spoiled]))
    assert list(table["excluded_candidate"]) == [4, 4, 0, 0]
    assert list(table["excluded_control"]) == [1, 0, 0, 0]
    counts = ["excluded_candidate", "excluded_control"]
    pd.testing.assert_frame_equal(table.drop(columns=counts), clean.drop(columns=counts))


@pytest.mark.parametrize("usable", [0, 1])
def test_fewer_than_two_values_give_nan(scores, usable):
    """A group that failed almost throughout gives NaN, not a crash, and no test for Holm."""
    failed = (scores["group"] == "isotropic") & (scores["metric"] == "sparsity")
    scores.loc[failed.to_numpy().nonzero()[0][usable:], "status"] = "diverged"
    table = compare(scores)
    row = table.iloc[0]
    assert (row["n_control"], row["excluded_control"]) == (usable, 10 - usable)
    assert row[[name for name in NUMBERS if name != "higher"]].isna().all()
    assert row["higher"] == "neither"
    assert (table["p_holm"][1:] <= 3 * table["p_permutation"][1:] + 1e-12).all()


def test_pairs_are_joined_by_number():
    """`sae/i` meets `matched/i`, in whatever order they come and only where both are ok."""
    scores = scores_of("m", sae=[1, 2, 3, 4], matched=[0, 9, 2, 3])
    scores.loc[scores["direction"] == "matched/00001", "status"] = "dead"
    row = compare(scores.sample(frac=1, random_state=0), controls=["matched"]).iloc[0]
    assert (row["win_share"], row["p_wilcoxon"]) == (1, 0.25)


def test_unpaired_controls_have_no_paired_statistics(scores):
    """`isotropic/i` was not made for `sae/i`."""
    table = compare(scores).set_index("control")
    assert table.loc["isotropic", ["win_share", "p_wilcoxon"]].isna().all(axis=None)
    assert table.loc["matched", ["win_share", "p_wilcoxon"]].notna().all(axis=None)


def test_a_row_depends_on_its_own_groups_alone(scores):
    """Another metric or control changes nothing but p_holm."""
    whole = compare(scores).drop(columns="p_holm")
    alone = compare(scores[scores["metric"] == "ablation"], controls=["matched"])
    pd.testing.assert_frame_equal(
        alone.drop(columns="p_holm"), whole.iloc[[3]].reset_index(drop=True)
    )


def test_the_order_of_the_scores_does_not_matter(scores):
    """Shuffled, every statistic from δ on is the same to the last bit."""
    shuffled = scores.sample(frac=1, random_state=0).sort_values("metric", ascending=False)
    pd.testing.assert_frame_equal(compare(shuffled)[NUMBERS], compare(scores)[NUMBERS])


def test_the_seed_moves_what_is_drawn_and_nothing_else(scores):
    """The same seed repeats every number; another one leaves the plug-in δ and AUROC."""
    first, again, other = compare(scores), compare(scores), compare(scores, seed=1)
    pd.testing.assert_frame_equal(first, again)
    assert (first["delta_crossfit"] != other["delta_crossfit"]).any()
    fixed = ["delta", "threshold", "auroc", "auroc_low", "win_share"]
    pd.testing.assert_frame_equal(first[fixed], other[fixed])


def test_swapping_candidate_and_control_mirrors_the_row(scores):
    """δ and threshold stay, AUROC turns over, and the same group is higher."""
    settings = dict(confidence=0.95, bootstrap=50, permutations=99, crossfits=3)
    there = separate(scores, "sae", ["matched"], {"matched"}, 0, **settings)
    back = separate(scores, "matched", ["sae"], {"sae"}, 0, **settings)
    same = ["metric", "delta", "threshold", "higher", "p_wilcoxon"]
    pd.testing.assert_frame_equal(there[same], back[same])
    np.testing.assert_allclose(there["auroc"], 1 - back["auroc"])
    np.testing.assert_allclose(there["win_share"], 1 - back["win_share"])


def test_delta_is_never_above_a_half(scores):
    """With the direction free, a coin's error is the worst there is."""
    table = compare(scores)
    assert (table[["delta", "delta_high", "delta_null"]] <= 0.5).all(axis=None)
    sparsity = scores[scores["metric"] == "sparsity"].groupby("group")["value"]
    ours, theirs = (sparsity.get_group(group).to_numpy() for group in ("sae", "isotropic"))
    assert table["delta"][0] == fit(ours, theirs).delta


def test_the_arrow_table_keeps_the_contract(scores):
    """Counts are int32, what was not computed is null, and no library's version is in it."""
    table = as_table(compare(scores))
    assert table.schema.equals(SEPARATION, check_metadata=True)
    assert table.schema.metadata is None
    assert table["p_wilcoxon"].null_count == 2
    assert str(table.schema.field("n_candidate").type) == "int32"


@pytest.mark.parametrize(
    "mistake, sentence",
    [
        (lambda s: s.drop(columns="status"), "column 'status' is missing; expected direction"),
        (lambda s: s[s["group"] != "sae"], "group 'sae' has no rows; there are isotropic, matched"),
        (lambda s: s.iloc[:0], "group 'sae' has no rows; there are none"),
        (lambda s: pd.concat([s, s[:1]]), "'sae/00000' has two scores of 'sparsity'"),
        (lambda s: s.replace("sae/00003", "sae"), "direction 'sae' has no number"),
    ],
)
def test_broken_scores_are_a_sentence(scores, mistake, sentence):
    """What is wrong is named, with what was expected."""
    with pytest.raises(LitmusError, match=sentence):
        compare(mistake(scores))
