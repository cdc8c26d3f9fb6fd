"""The experiments: what is drawn, what is interpolated, and what a test can and cannot say."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from litmus.plateaus import curves, optimum, pairs
from litmus.separation.delta import fit


def test_directions_lead_to_their_targets(laboratory):
    """A direction less the base is what was drawn: the target less the base, of every base."""
    for kind in ("random", "isotropic", "real_other"):
        direction = laboratory.directions(kind, 3)
        np.testing.assert_allclose(
            direction + laboratory.real[:, None], laboratory.targets(kind, 3), atol=1e-12
        )


def test_real_targets_are_of_other_sequences(laboratory):
    """Every one is a row of the reference, and none a base."""
    for target in laboratory.targets("real_other", 4).reshape(-1, 8):
        assert (np.abs(laboratory.reference - target).max(1) < 1e-12).any()
        assert (np.abs(laboratory.real - target).max(1) > 1e-6).all()


def test_real_targets_of_a_base_differ(laboratory):
    """Forty of forty, in the same order however many are asked for."""
    every = laboratory.targets("real_other", 40)
    assert all(len(np.unique(of_base, axis=0)) == 40 for of_base in every)
    np.testing.assert_array_equal(laboratory.targets("real_other", 3), every[:, :3])


def test_a_difference_leaves_the_base_out(laboratory):
    """It is one of two reference rows, whatever the base."""
    apart = laboratory.reference[:, None] - laboratory.reference[None]
    for direction in laboratory.directions("difference", 2).reshape(-1, 8):
        assert np.abs(apart - direction).max(-1).min() < 1e-9


def test_minus_is_the_same_row_turned_round(laboratory):
    """So that exciting and dampening are compared on the same features."""
    np.testing.assert_array_equal(
        laboratory.directions("sae_active", 3), -laboratory.directions("sae_active_minus", 3)
    )


def test_every_kind_stays_centred(laboratory, block):
    """The residual stream has no mean over its coordinates, and neither has what is put there."""
    for kind in block["base_kinds"]:
        assert np.abs(laboratory.bases(kind, 2).mean(-1)).max() < 1e-6
    for kind in (*block["direction_kinds"], "isotropic"):
        assert np.abs(laboratory.directions(kind, 2).mean(-1)).max() < 1e-6


def test_all_kinds_of_base_are_moved_towards_the_same_targets(laboratory, block):
    """Only the base varies in the first experiment."""
    ends = [each.base[:, None] + each.direction for each in curves.by_base(laboratory, block)]
    for end in ends[1:]:
        np.testing.assert_allclose(end, ends[0], atol=1e-9)


def test_the_tables_hold_every_kind_mode_and_line(laboratory, block):
    """Sizes a line, curves a step; what is not reached has the whole range."""
    found = curves.measure(laboratory, curves.by_base(laboratory, block), block)
    kinds = len(block["base_kinds"])
    assert len(found.sizes) == 2 * kinds * 6 * 3
    assert len(found.curves) == 2 * kinds * 3 * 12
    beyond = found.sizes[~found.sizes["reached"]]
    assert (beyond["size"] == beyond["mode"].map({"straight": 1.0, "sphere": 180.0})).all()


def test_a_course_is_over_lines_and_its_error_over_bases():
    """By hand: two bases with two lines each, one step."""
    told = curves.course(np.array([[[1.0], [3.0]], [[5.0], [7.0]]]), np.array([1.0])).iloc[0]
    assert (told["mean"], told["median"]) == (4, 4)
    assert told["standard_error"] == pytest.approx(np.sqrt(8) / np.sqrt(2))
    assert told["low"] == pytest.approx(1.6)


def made(shift, bases=30, count=4, seed=0):
    """Sizes of two kinds with a spread between bases, the second shifted."""
    drawn = np.random.default_rng(seed)
    level = drawn.normal(30, 8, bases)
    parts = []
    for kind, extra in (("a", 0.0), ("b", shift)):
        base, line = np.indices((bases, count))
        size = level[:, None] + drawn.normal(extra, 2, (bases, count))
        parts.append(
            pd.DataFrame(
                {
                    "kind": kind,
                    "mode": "sphere",
                    "base": base.ravel(),
                    "line": line.ravel(),
                    "size": size.ravel(),
                    "reached": True,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def test_delta_between_kinds_is_that_of_all_their_lines():
    """As the separation room computes it, with the kind that has longer plateaus."""
    sizes = made(6)
    (row,) = pairs.compare(sizes, 100, 0.95, 0).itertuples()
    values = [sizes.loc[sizes["kind"] == kind, "size"].to_numpy() for kind in "ab"]
    assert row.delta == fit(*values).delta
    assert row.longer == "b"
    assert row.delta_low <= row.delta <= row.delta_high
    assert row.p < 1e-4


def test_equal_kinds_are_not_told_apart():
    """δ lies where swapped names put it, and p is spread over [0, 1]: over twenty draws few are
    small."""
    rows = [next(pairs.compare(made(0, seed=s), 100, 0.95, s).itertuples()) for s in range(20)]
    assert abs(np.mean([r.delta - r.delta_null for r in rows])) < 0.02
    small = sum(r.p < 0.05 for r in rows)
    assert binom.sf(small - 1, 20, 0.05) > 1e-3


def test_the_summary_is_the_restricted_mean_over_bases():
    """Lines of a base are averaged first."""
    sizes = made(3)
    told = pairs.summary(sizes).set_index("kind").loc["b"]
    of_base = sizes[sizes["kind"] == "b"].groupby("base")["size"].mean()
    assert told["mean"] == pytest.approx(of_base.mean())
    assert told["standard_error"] == pytest.approx(of_base.std() / np.sqrt(30))


def test_the_same_seed_gives_the_same_tables(laboratory, block):
    """Every draw has a stream of its own."""
    pd.testing.assert_frame_equal(
        optimum.tested(laboratory, block, 0.95), optimum.tested(laboratory, block, 0.95)
    )
