"""The feature of a projection."""

import numpy as np
import pytest
import torch

from litmus import feature

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
