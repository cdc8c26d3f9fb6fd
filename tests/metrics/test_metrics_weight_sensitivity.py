"""Weight sensitivity against its definition, and against the gradient in the limit."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import tiny
from litmus.metrics.weight_sensitivity import Changes, Sensitivity, changes, noise, sample, score
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
    """Squared changes by draw and by sequence, and who fires."""
    return changes(LOWER, START, tokens, vectors, std, settings, 7)


def by_hand(nonlinearity, reduction, std=STD):
    """The definition, all of it: (scales, directions, draws, sequences)."""
    t = 0.5 * std.double()[:, None, None]
    f = {
        "hard": lambda p: torch.where(p > t, p, 0.0),
        "relu": lambda p: (p - t).clamp(min=0),
        "none": lambda p: p,
    }[nonlinearity]

    def features(parameters):
        stacked = {name: value[None] for name, value in parameters.items()}
        a = LOWER.activations(stacked, TOKENS[None])[0]
        return f(torch.einsum("xtw,vw->vxt", a.double(), VECTORS.double()))

    expected = np.empty((2, 4, 3, 9))
    for s, scale in enumerate(SETTINGS.scales):
        for draw in range(3):
            xi = noise(START, draw, 7)
            moved = {name: value + scale * xi[name] for name, value in START.items()}
            squares = (features(moved) - features(START)) ** 2
            expected[s, :, draw] = squares.sum(-1) if reduction == "sum" else squares.mean(-1)
    return expected


@pytest.mark.parametrize("nonlinearity", ["hard", "relu", "none"])
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_a_change_is_that_of_the_definition(nonlinearity, reduction):
    """Averaged over sequences, and over draws."""
    changed = measured(replace(SETTINGS, nonlinearity=nonlinearity, reduction=reduction))
    expected = by_hand(nonlinearity, reduction)
    np.testing.assert_allclose(changed.by_draw, expected.mean(3), rtol=1e-3, atol=1e-8)
    np.testing.assert_allclose(changed.by_sequence, expected.mean(2), rtol=1e-3, atol=1e-8)


@pytest.mark.parametrize("nonlinearity", ["hard", "relu"])
def test_a_projection_that_never_varies_has_threshold_zero(nonlinearity):
    """Though nothing can be divided by its σ."""
    std = STD * torch.tensor([1.0, 0.0, 1.0, 0.0])
    changed = measured(replace(SETTINGS, nonlinearity=nonlinearity), std=std)
    expected = by_hand(nonlinearity, "sum", std)
    np.testing.assert_allclose(changed.by_draw, expected.mean(3), rtol=1e-3, atol=1e-8)


def test_for_little_noise_it_is_the_squared_norm_of_the_gradient():
    """E (∇p·σξ)² = σ²‖∇p‖² for a linear feature, within three standard errors."""
    settings = replace(SETTINGS, nonlinearity="none", scales=(1e-4,), draws=400)
    value, error, _ = score(measured(settings, tokens=TOKENS[:2]))[0]
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
    together = measured()
    alone = measured(replace(SETTINGS, batch_size=1), VECTORS[2:3], STD[2:3])
    np.testing.assert_allclose(together.by_draw[:, 2:3], alone.by_draw, rtol=1e-4, atol=1e-7)


def test_a_direction_does_not_depend_on_how_many_there_are():
    """To the last digit, the error too: in a chunk or in the whole dictionary."""
    many = torch.nn.functional.normalize(torch.sin(torch.arange(8.0 * 90).view(90, 8)), dim=1)
    std = torch.linspace(0.7, 1.3, 90)
    few = score(measured(vectors=many[:3], std=std[:3]))
    for one, other in zip(few, score(measured(vectors=many, std=std)), strict=True):
        np.testing.assert_array_equal(one.value, other.value[:3])
        np.testing.assert_array_equal(one.standard_error, other.standard_error[:3])


def test_a_direction_does_not_depend_on_its_place():
    """First of a chunk or last of the second block, to rounding."""
    many = torch.cat([VECTORS.repeat(20, 1), VECTORS[2:3]])
    last, first = (measured(vectors=v, std=torch.ones(len(v))) for v in (many, VECTORS[2:3]))
    np.testing.assert_allclose(last.by_draw[:, -1:], first.by_draw, rtol=1e-9)
    np.testing.assert_allclose(last.by_sequence[:, -1:], first.by_sequence, rtol=1e-9)


@pytest.mark.parametrize("block", [(1, 1), (3, 12), (4, 1000)])
def test_blocks_decide_speed_only(monkeypatch, block):
    """Blocks of few directions and of one or two sequences give what one block gives."""
    whole = measured()
    monkeypatch.setattr("litmus.metrics.feature_blocks.CPU", block)
    parts = measured()
    np.testing.assert_allclose(parts.by_draw, whole.by_draw, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(parts.by_sequence, whole.by_sequence, rtol=1e-4, atol=1e-7)
    np.testing.assert_array_equal(parts.fires, whole.fires)


def test_more_draws_leave_the_first_as_they_were():
    """Each draw of the noise has a stream of its own."""
    few, many = measured(), measured(replace(SETTINGS, draws=5))
    np.testing.assert_array_equal(few.by_draw, many.by_draw[..., :3])


@pytest.mark.parametrize("nonlinearity", ["hard", "relu"])
def test_a_feature_that_never_fires_is_dead(nonlinearity):
    """Its threshold is above every projection; the others are ok."""
    std = STD * torch.tensor([1.0, 1e6, 1.0, 1.0])
    scores = score(measured(replace(SETTINGS, nonlinearity=nonlinearity), std=std))
    assert [list(s.status) for s in scores] == [["ok", "dead", "ok", "ok"]] * 2


def test_the_error_counts_draws_and_sequences():
    """By hand: two draws of two sequences, changes 0, 2 and 4, 6."""
    (scored,) = score(Changes(np.array([[[1.0, 5.0]]]), np.array([[[2.0, 4.0]]]), np.array([True])))
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
