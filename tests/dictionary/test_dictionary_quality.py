"""What a dictionary explains and costs, by hand on fakes."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from litmus.dictionary.quality import measure, ratio

# Three sequences of two tokens in two dimensions; the mean is (1, 1).
ACTIVATIONS = np.array([[[1, 1], [3, 1]], [[1, 0], [1, 2]], [[-1, 1], [1, 1]]], dtype=np.float32)
TOKENS = np.arange(6, dtype=np.int32).reshape(3, 2)
MEAN = np.array([1.0, 1.0])
BLOCKS = [(TOKENS, ACTIVATIONS)]


class Fake:
    """A dictionary with one feature per coordinate and a decoder of our choice."""

    def __init__(self, decode):
        self.cfg = SimpleNamespace(d_sae=2)
        self.decode = decode

    def encode(self, a):
        """The coordinates above zero."""
        return a.relu()


IDENTITY = Fake(lambda features: torch.from_numpy(ACTIVATIONS))
CONSTANT = Fake(lambda features: torch.ones(3, 2, 2))
HALF = Fake(lambda features: (torch.from_numpy(ACTIVATIONS) + 1) / 2)


def distance_loss(tokens, a):
    """2 for the true activations, more the farther they are moved: sequence i counts i + 1."""
    moved = (a - torch.from_numpy(ACTIVATIONS)).abs().sum((1, 2))
    return 2 + moved * (tokens[:, 0] / 2 + 1)


def values(sae, blocks=BLOCKS, loss=distance_loss, min_activations=1):
    """Quantities without their errors, and the use of features."""
    quality = measure(sae, blocks, MEAN, loss, min_activations)
    return {name: value for name, (value, _) in quality.quantities.items()}, quality


def test_a_perfect_dictionary():
    """The identity leaves nothing unexplained, costs nothing and recovers all."""
    found, _ = values(IDENTITY)
    assert found["unexplained_variance"] == 0
    assert found["loss_clean"] == found["loss_reconstructed"] == 2
    assert (found["loss_rise"], found["loss_recovered"]) == (0, 1)


def test_a_dictionary_that_knows_only_the_mean():
    """The mean leaves all unexplained and recovers nothing."""
    found, _ = values(CONSTANT)
    assert found["unexplained_variance"] == 1
    assert found["loss_reconstructed"] == found["loss_mean_ablated"]
    assert found["loss_recovered"] == 0


def test_a_dictionary_by_hand():
    """Half-way to the mean: a quarter of the variance, half of the loss."""
    found, quality = values(HALF)
    # Distances to the mean are 2, 2, 2, counted once, twice, thrice: 2 + (2 + 4 + 6)/3 = 6.
    assert found["loss_mean_ablated"] == 6
    assert found["loss_reconstructed"] == 4
    assert (found["loss_rise"], found["loss_recovered"]) == (2, 0.5)
    assert found["unexplained_variance"] == 0.25
    # Rises of 1, 2 and 3 have deviation 1.
    assert quality.quantities["loss_rise"][1] == pytest.approx(1 / math.sqrt(3))


def test_the_use_of_features_by_hand():
    """The first coordinate is positive on 5 of 6 tokens, the second too: l0 = 10/6."""
    found, quality = values(IDENTITY, min_activations=6)
    assert quality.active_tokens.tolist() == [5, 5]
    assert quality.active_tokens.dtype == np.int64
    assert found["l0"] == pytest.approx(10 / 6)
    assert (found["features"], found["dead_features"]) == (2, 2)
    assert values(IDENTITY, min_activations=5)[0]["dead_features"] == 0


def test_a_feature_below_zero_is_active_too():
    """Some architectures let them: less one, two of each coordinate's values are not zero."""

    class Signed(Fake):
        def encode(self, a):
            return a - torch.ones(2)

    quality = values(Signed(lambda features: torch.ones(3, 2, 2)))[1]
    assert quality.active_tokens.tolist() == [2, 2]


def test_blocks_do_not_matter():
    """Block by block the result is that of all at once, and each block is told."""

    class Block(Fake):
        def __init__(self):
            super().__init__(lambda features: features * 0.5)

    def loss(tokens, a):
        return a.square().sum((1, 2)) + tokens.double().sum(1)

    whole = measure(Block(), BLOCKS, MEAN, loss, 1)
    parts, told = [(TOKENS[:1], ACTIVATIONS[:1]), (TOKENS[1:], ACTIVATIONS[1:])], []
    split = measure(Block(), iter(parts), MEAN, loss, 1, told.append)
    assert told == [1, 2]
    assert split.active_tokens.tolist() == whole.active_tokens.tolist()
    for name, value in whole.quantities.items():
        assert split.quantities[name] == pytest.approx(value)


def test_a_ratio_by_hand():
    """(1 + 2 + 3)/(2 + 2 + 4) = .75; residuals −.5, .5, 0 have deviation .5, over 8/3 and √3."""
    value, error = ratio(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 4.0]))
    assert value == 0.75
    assert error == pytest.approx(0.5 / (8 / 3) / math.sqrt(3))


def test_the_delta_method_is_the_bootstraps_error():
    """Over 4000 resamples of 300 correlated pairs the ratio deviates by what is reported."""
    random = np.random.default_rng(0)
    denominator = random.gamma(4, 1, 300)
    numerator = 0.3 * denominator + random.gamma(2, 0.5, 300)
    chosen = random.integers(300, size=(4000, 300))
    resampled = numerator[chosen].sum(1) / denominator[chosen].sum(1)
    value, error = ratio(numerator, denominator)
    assert value == pytest.approx(numerator.sum() / denominator.sum())
    assert error == pytest.approx(resampled.std(), rel=0.05)
