"""The experiments: what is drawn, what is interpolated, and what a test can and cannot say."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import binom

from litmus.metrics.plateau.scan import Profile
from litmus.plateaus import curves, optimum, pairs, plane, simplex
from litmus.separation.delta import fit


def cosines(a, b):
    """Of rows of vectors."""
    return (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)


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


def test_the_frame_of_a_plane_is_orthonormal_and_holds_the_corners():
    """Coordinates give the three points back."""
    corners = np.random.default_rng(0).normal(size=(3, 8))
    frame, places = plane.coordinates(corners)
    np.testing.assert_allclose(frame @ frame.T, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(corners[0] + places @ frame, corners, atol=1e-12)
    assert places[0].tolist() == [0, 0] and abs(places[1, 1]) < 1e-12


def test_the_plane_starts_from_no_effect(laboratory, block):
    """KL is 0 at the first activation; its grid surrounds all three."""
    found = plane.landscape(laboratory, block)
    assert abs(found.loc[found["corner"] == 0, "kl"].iloc[0]) < 1e-6
    assert (found.loc[found["corner"] > 0, "kl"] > 1e-4).all()
    mesh, corners = (found[found["corner"] < 0], found[found["corner"] >= 0])
    assert len(mesh) == 49
    for axis in "xy":
        assert mesh[axis].min() < corners[axis].min() < corners[axis].max() < mesh[axis].max()


def test_weights_of_a_simplex():
    """All of them, each once, none negative, each adding up to one."""
    found = simplex.weights(5)
    assert len(found) == len(np.unique(found, axis=0)) == 15
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(1), 1)


def test_targets_are_interpolated_and_not_directions(laboratory, block, monkeypatch):
    """Interpolated unit directions lead elsewhere: the target is what is mixed."""
    asked = []

    def towards(laboratory, targets, block):
        asked.append(targets)
        shape = targets.shape[:2]
        return Profile(None, torch.zeros(shape), torch.ones(shape, dtype=torch.bool))

    monkeypatch.setattr(simplex, "towards", towards)
    simplex.landscape(laboratory, block)
    corners = simplex.corners(laboratory, "real_other")
    at = simplex.weights(5)
    for n, (a, b, c) in enumerate(at):
        expected = a * corners[:, 0] + b * corners[:, 1] + c * corners[:, 2]
        np.testing.assert_allclose(asked[1][:, n], expected, atol=1e-12)
    unit = [d / np.linalg.norm(d, axis=-1, keepdims=True) for d in
            (corners - laboratory.real[:, None]).transpose(1, 0, 2)]  # fmt: skip
    middle = asked[1][:, 7] - laboratory.real
    mixed = sum(w * d for w, d in zip(at[7], unit, strict=True))
    assert cosines(middle, mixed).min() < 0.9999


def test_the_two_simplices_share_their_random_corners(laboratory):
    """They differ by the first alone."""
    random, real = (simplex.corners(laboratory, kind) for kind in simplex.KINDS)
    np.testing.assert_array_equal(random[:, 1:], real[:, 1:])
    assert (random[:, 0] != real[:, 0]).any()


def cone(corner_kind, sign):
    """A stand-in in which sizes rise (or fall) with the distance from the corner, for one kind."""

    def towards(laboratory, targets, block):
        real = (np.abs(laboratory.reference - targets[0, 0]).max(1) < 1e-9).any()
        far = np.linalg.norm(targets - targets[:, :1], axis=-1)
        slope = sign if (corner_kind == "real_other") == real else 0.0
        size = 0.3 + 0.005 * slope * far
        return Profile(None, torch.from_numpy(size), torch.ones(size.shape, dtype=torch.bool))

    return towards


def test_an_optimum_is_found_where_there_is_one(laboratory, block, monkeypatch):
    """All neighbours of real corners lie above, those of random ones level: every share is 1, the
    difference is the rise."""
    monkeypatch.setattr(optimum, "towards", cone("real_other", 1.0))
    found = optimum.tested(laboratory, block, 0.95).set_index("corner")
    assert (found.loc["real_other", "optima"] == 1).all()
    assert (found.loc["random", "optima"] == 0).all()
    assert (found.loc["real_other", "rise"] > 0).all()
    np.testing.assert_allclose(
        found.loc[optimum.DIFFERENCE, "rise"], found.loc["real_other", "rise"]
    )
    assert (found.loc["random", "rise"] == 0).all()


def test_a_corner_that_is_least_sensitive_is_no_optimum(laboratory, block, monkeypatch):
    """The sign of the rise counts."""
    monkeypatch.setattr(optimum, "towards", cone("real_other", -1.0))
    found = optimum.tested(laboratory, block, 0.95).set_index("corner")
    assert (found.loc["real_other", "optima"] == 0).all()
    assert (found.loc["real_other", "rise"] < 0).all()


def test_bases_beyond_the_range_are_left_out_and_counted(laboratory, block, monkeypatch):
    """A corner that never passes has no rise, not one of zero."""

    def towards(laboratory, targets, block):
        seen = cone("real_other", 1.0)(laboratory, targets, block)
        seen.reached[:2] = False
        return seen

    monkeypatch.setattr(optimum, "towards", towards)
    assert (optimum.tested(laboratory, block, 0.95)["bases"] == 4).all()


def test_neighbours_are_the_same_around_both_corners(laboratory, block, monkeypatch):
    """(1 − ε)t + εr with the same r: else the difference would compare two draws of r."""
    asked = []

    def towards(laboratory, targets, block):
        asked.append(targets)
        return cone("real_other", 1.0)(laboratory, targets, block)

    monkeypatch.setattr(optimum, "towards", towards)
    optimum.tested(laboratory, block, 0.95)
    for random, real in ((asked[0], asked[2]), (asked[1], asked[3])):
        others = [(t[:, 1:3] - 0.9 * t[:, :1]) / 0.1 for t in (random, real)]
        np.testing.assert_allclose(*others, atol=1e-9)


@pytest.mark.parametrize("successes", [0, 3, 10])
def test_the_interval_of_a_share_is_the_exact_one(successes):
    """Clopper and Pearson: at each end the tail beyond what was seen has half of 5 %."""
    low, high = optimum.share_interval(successes, 10, 0.95)
    if successes > 0:
        assert binom.sf(successes - 1, 10, low) == pytest.approx(0.025)
    if successes < 10:
        assert binom.cdf(successes, 10, high) == pytest.approx(0.025)
    assert low <= successes / 10 <= high


def test_the_same_seed_gives_the_same_tables(laboratory, block):
    """Every draw has a stream of its own."""
    pd.testing.assert_frame_equal(
        optimum.tested(laboratory, block, 0.95), optimum.tested(laboratory, block, 0.95)
    )
