"""The plane through three activations, and the simplex of three targets."""

import numpy as np
import pytest
import torch
from scipy.stats import binom

from litmus.metrics.plateau.scan import Profile
from litmus.plateaus import optimum, plane, simplex


def cosines(a, b):
    """Of rows of vectors."""
    return (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)


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
