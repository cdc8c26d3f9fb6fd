"""Weight sensitivity against its definition, and against the gradient in the limit."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import tiny
from litmus.metrics.weight_sensitivity import Sensitivity, changes, noise, sample, score
from litmus.stacked import StackedLower

SETTINGS = Sensitivity(
    threshold=0.5,
    nonlinearity="hard",
    reduction="sum",
    scales=(0.01, 0.1),
    draws=3,
    sequences=9,
    batch_size=4,
)
TOKENS = tiny.tokens(9, tiny.CONTEXT, seed=4)
ARCHITECTURE, WEIGHTS = tiny.subject("folded")
LOWER = StackedLower(ARCHITECTURE, tiny.HOOK)
START = LOWER.pack(WEIGHTS)
VECTORS = torch.nn.functional.normalize(
    torch.randn(4, 8, generator=torch.Generator().manual_seed(1)), dim=1
)
STD = torch.tensor([0.7, 1.0, 1.3, 0.9])


def measured(settings=SETTINGS, vectors=VECTORS, std=STD, tokens=TOKENS):
    """Squared changes (scales, draws, sequences, directions), and who fires."""
    return changes(LOWER, START, tokens, vectors, std, settings, 7)


def by_hand(scale, draw, sequence, direction, nonlinearity, reduction):
    """The definition, one token at a time."""
    xi = noise(START, draw, 7)
    moved = {name: (value + scale * xi[name])[None] for name, value in START.items()}
    still = {name: value[None] for name, value in START.items()}
    tokens = TOKENS[sequence][None, None]
    t = 0.5 * STD[direction].item()
    squares = []
    for parameters in zip(
        LOWER.activations(moved, tokens)[0, 0], LOWER.activations(still, tokens)[0, 0], strict=True
    ):
        after, before = (float(a @ VECTORS[direction]) for a in parameters)
        f = {
            "hard": lambda p: p if p > t else 0.0,
            "relu": lambda p: max(p - t, 0.0),
            "none": lambda p: p,
        }[nonlinearity]
        squares.append((f(after) - f(before)) ** 2)
    return sum(squares) if reduction == "sum" else sum(squares) / len(squares)


@pytest.mark.parametrize("nonlinearity", ["hard", "relu", "none"])
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_a_change_is_that_of_the_definition(nonlinearity, reduction):
    """Spot checks of scale, draw, sequence and direction."""
    changed, _ = measured(replace(SETTINGS, nonlinearity=nonlinearity, reduction=reduction))
    assert changed.shape == (2, 3, 9, 4)
    for s, d, x, v in [(0, 0, 0, 0), (1, 2, 8, 3), (1, 1, 5, 2)]:
        expected = by_hand(SETTINGS.scales[s], d, x, v, nonlinearity, reduction)
        assert changed[s, d, x, v] == pytest.approx(expected, rel=1e-3, abs=1e-8)


def test_for_little_noise_it_is_the_squared_norm_of_the_gradient():
    """E (∇p·σξ)² = σ²‖∇p‖² for a linear feature, within three standard errors."""
    settings = replace(SETTINGS, nonlinearity="none", scales=(1e-4,), draws=400)
    value, error, _ = score(*measured(settings, tokens=TOKENS[:2]))[0]
    stacked = {name: v[None].clone().requires_grad_() for name, v in START.items()}
    p = LOWER.activations(stacked, TOKENS[None, :2])[0] @ VECTORS[1]
    squared = 0.0
    for x in range(2):
        for t in range(tiny.CONTEXT):
            parts = torch.autograd.grad(p[x, t], list(stacked.values()), retain_graph=True)
            squared += sum(float(part.square().sum()) for part in parts) / 2
    assert abs(value[1] - 1e-8 * squared) < 3 * error[1]
    # With two sequences the error between them dominates; the draws' own is a few per cent.
    assert value[1] == pytest.approx(1e-8 * squared, rel=0.3)


def test_a_direction_does_not_depend_on_its_neighbours():
    """Alone or among others, in batches of another size."""
    together, _ = measured()
    alone, _ = measured(replace(SETTINGS, batch_size=1), VECTORS[2:3], STD[2:3])
    np.testing.assert_allclose(together[..., 2:3], alone, rtol=1e-4, atol=1e-7)


def test_a_direction_does_not_depend_on_how_many_there_are():
    """In the same batches, to rounding: its chunk does not matter."""
    together, _ = measured()
    alone, _ = measured(vectors=VECTORS[2:3], std=STD[2:3])
    np.testing.assert_allclose(together[..., 2:3], alone, rtol=1e-9)


def test_more_draws_leave_the_first_as_they_were():
    """Each draw of the noise has a stream of its own."""
    few, _ = measured()
    many, _ = measured(replace(SETTINGS, draws=5))
    np.testing.assert_array_equal(few, many[:, :3])


def test_a_feature_that_never_fires_is_dead():
    """Its threshold is above every projection; the others are ok."""
    scores = score(*measured(std=STD * torch.tensor([1.0, 1e6, 1.0, 1.0])))
    assert [list(s.status) for s in scores] == [["ok", "dead", "ok", "ok"]] * 2


def test_the_error_counts_draws_and_sequences():
    """By hand: two draws of two sequences, changes 0, 2 and 4, 6."""
    changed = np.array([[[[0.0], [2.0]], [[4.0], [6.0]]]])
    (scored,) = score(changed, np.array([True]))
    # Draws' means 1 and 5 (variance 8), sequences' means 2 and 4 (variance 2), each over two.
    assert scored.value[0] == 3.0
    assert scored.standard_error[0] == pytest.approx(np.sqrt(8 / 2 + 2 / 2))


def test_sequences_are_drawn_without_replacement():
    """And no more than there are."""
    rows = np.arange(20)[:, None]
    drawn = sample(rows, 8, 0)
    assert len(np.unique(drawn)) == 8
    np.testing.assert_array_equal(sample(rows, 100, 0), rows)


def test_noise_is_standard_normal_and_differs_between_draws():
    """Mean 0 and variance 1 within four standard errors."""
    first, second = (
        torch.cat([part.flatten() for part in noise(START, draw, 0).values()]) for draw in (0, 1)
    )
    n = len(first)
    assert abs(first.mean()) < 4 / n**0.5
    assert abs(first.var() - 1) < 4 * (2 / n) ** 0.5
    assert abs(torch.corrcoef(torch.stack([first, second]))[0, 1]) < 4 / n**0.5
