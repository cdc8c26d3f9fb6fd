"""The feature of a projection, alone and for many directions at once."""

import numpy as np
import pytest
import torch

from litmus import feature, features

PROJECTION = [[-2.0, 0.5, 1.0], [1.5, 3.0, 0.0]]


@pytest.mark.parametrize(
    "nonlinearity, expected",
    [
        ("hard", [[0, 0, 0], [1.5, 3, 0]]),
        ("relu", [[0, 0, 0], [0.5, 2, 0]]),
        ("none", PROJECTION),
    ],
)
def test_by_hand(nonlinearity, expected):
    """With threshold 1; a projection at the threshold is not above it."""
    found = feature.value(np.array(PROJECTION), 1.0, nonlinearity)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("nonlinearity", ["hard", "relu", "none"])
def test_numpy_and_torch_agree(nonlinearity):
    """Bit for bit, with a threshold for each direction."""
    projection = np.random.default_rng(0).standard_normal((5, 4, 3))
    threshold = np.array([0.0, 0.5, 1.0])
    in_torch = feature.value(
        torch.from_numpy(projection), torch.from_numpy(threshold), nonlinearity
    )
    in_numpy = feature.value(projection, threshold, nonlinearity)
    np.testing.assert_array_equal(in_numpy, in_torch.numpy())
    assert in_numpy.shape == projection.shape


@pytest.mark.parametrize("nonlinearity, below", [("hard", 0), ("relu", 0), ("none", 1)])
def test_the_gradient_is_that_of_the_projection_above_the_threshold(nonlinearity, below):
    """One above, and zero below but for `none`."""
    projection = torch.tensor([0.5, 2.0], requires_grad=True)
    feature.value(projection, 1.0, nonlinearity).sum().backward()
    assert projection.grad.tolist() == [below, 1]


def drawn(*shape, seed):
    """Standard normal numbers."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


VECTORS, ACTIVATIONS = drawn(4, 3, seed=0), drawn(300, 5, 3, seed=1)
THRESHOLDS, OFFSETS = torch.tensor([0.0, 0.5, -0.5, 1.0]), torch.tensor([1.0, 0.0, -2.0, 0.5])


@pytest.mark.parametrize("nonlinearity", ["hard", "relu", "none"])
@pytest.mark.parametrize("shape", [(4,), (4, 7), (4, 2, 3, 5)])
def test_many_features_are_each_their_own(nonlinearity, shape):
    """f of projections (n, …) is `value` of each row with its threshold."""
    projections = drawn(*shape, seed=2)
    found = features.Features(VECTORS, THRESHOLDS, nonlinearity).of(projections)
    rows = zip(projections, THRESHOLDS, strict=True)
    assert torch.equal(found, torch.stack([feature.value(p, t, nonlinearity) for p, t in rows]))


def test_an_offset_by_hand():
    """Added to what the threshold on p lets through, and to nothing else."""
    some = features.Features(VECTORS[:2], torch.tensor([1.0, 2.0]), "hard", OFFSETS[[0, 2]])
    projections = torch.tensor([[0.5, 1.0, 1.5], [1.5, 2.5, 2.0]])
    assert some.of(projections).tolist() == [[0, 0, 2.5], [0, 0.5, 0]]


@pytest.mark.parametrize("offsets", [None, OFFSETS])
def test_chosen_features_are_those_of_the_whole(offsets):
    """In the order they are chosen in, some of them twice."""
    whole, chosen = features.Features(VECTORS, THRESHOLDS, "hard", offsets), [2, 0, 2]
    part = whole[torch.tensor(chosen)]
    assert (len(whole), len(part)) == (4, 3)
    projections = drawn(4, 9, seed=3)
    assert torch.equal(part.of(projections[chosen]), whole.of(projections)[chosen])
    assert torch.equal(part.vectors, VECTORS[chosen])


def test_only_the_projection_itself_is_linear():
    """Whatever its thresholds."""
    kinds = {n: features.Features(VECTORS, THRESHOLDS, n).linear for n in ("hard", "relu", "none")}
    assert kinds == {"hard": False, "relu": False, "none": True}


@pytest.mark.parametrize("nonlinearity", ["hard", "relu"])
def test_silent_is_zero_on_every_token(nonlinearity):
    """One token that fires suffices, in the first part of the data or the last."""
    peaks = (ACTIVATIONS @ VECTORS.T).flatten(0, 1).amax(0)
    for moved, expected in [(0.0, [True] * 4), (-1e-3, [False] * 4)]:
        some = features.Features(VECTORS, peaks + moved, nonlinearity)
        for activations in (ACTIVATIONS, ACTIVATIONS.flip(0)):
            assert features.silent(some, activations).tolist() == expected
    one = features.Features(VECTORS, peaks + torch.tensor([9.0, -1e-3, 9, 9]), nonlinearity)
    assert features.silent(one, ACTIVATIONS).tolist() == [True, False, True, True]


def test_a_projection_is_never_silent():
    """Unless it is exactly zero."""
    some = features.Features(torch.tensor([[0.0, 0, 0], [0, 1e-9, 0]]), torch.zeros(2), "none")
    assert features.silent(some, ACTIVATIONS).tolist() == [True, False]
