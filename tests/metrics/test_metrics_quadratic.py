"""The quadratic coefficient of a transformer's features against autograd, row by row."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import tiny
from litmus.feature import value
from litmus.metrics import weight_sensitivity
from litmus.metrics.quadratic.kernel import TokenKernel, gram
from litmus.metrics.quadratic.score import Quadratic, measure
from litmus.settings.metrics.llc_quadratic import LLCQuadratic
from litmus.stacked import StackedLower

SETTINGS = Quadratic(
    thresholds=(0.5,),
    nonlinearity="hard",
    reduction="sum",
    n_beta=10.0,
    localization=30.0,
    sequences=9,
    batch_size=5,
)
TOKENS = tiny.tokens(9, tiny.CONTEXT, seed=4)
ARCHITECTURE, WEIGHTS = tiny.subject("folded")
LOWER = StackedLower(ARCHITECTURE, tiny.HOOK)
VECTORS = torch.nn.functional.normalize(
    torch.randn(4, 8, generator=torch.Generator().manual_seed(1)), dim=1
)
STD = np.array([0.7, 1.0, 1.3, 0.9])


def measured(settings=SETTINGS, vectors=VECTORS, std=STD, seed=0, lower=LOWER):
    """One `Scores` a threshold."""
    cpu = torch.device("cpu")
    return measure(lower, WEIGHTS, TOKENS.numpy(), vectors.numpy(), std, settings, seed, cpu)


def jacobian(lower, start, vector, sequences, positions):
    """∂p at each token to all weights side by side, one backward pass a token."""
    theta = {name: v[None].clone().requires_grad_() for name, v in start.items()}
    p = (lower.activations(theta, TOKENS[None])[0] @ vector)[sequences, positions]
    parts = [torch.autograd.grad(one, list(theta.values()), retain_graph=True) for one in p]
    return torch.stack([torch.cat([x.flatten() for x in part]) for part in parts])


@pytest.mark.parametrize("batch_size", [1, 4, 100])
@pytest.mark.parametrize("layer", [1, 2])
@tiny.EVERY_FAMILY
def test_products_are_those_of_the_gradients(family, layer, batch_size):
    """J Jᵀ of all weights below the hook, LayerNorm's and the embeddings' among them."""
    architecture, weights = tiny.member(family)
    lower = StackedLower(architecture, f"blocks.{layer}.hook_resid_pre")
    start = {name: v.double() for name, v in lower.pack(weights).items()}
    v = 3 * torch.linspace(-1, 1, architecture.width, dtype=torch.float64)
    sequences = torch.tensor([0, 4, 4, 8, 0, 2, 2, 2])
    positions = torch.tensor([5, 0, 3, 2, 1, 4, 2, 3])
    J = jacobian(lower, start, v, sequences, positions)
    found = TokenKernel(lower, start, TOKENS, batch_size).products(v, sequences, positions)
    torch.testing.assert_close(found, J @ J.mT, rtol=1e-9, atol=1e-9)


def test_a_gram_matrix_of_many_rows():
    """More than one block of them, and an incomplete last one."""
    many = torch.randn(150, 3, 2, generator=torch.Generator().manual_seed(0))
    expected = torch.einsum("iab,jab->ij", many, many)
    torch.testing.assert_close(gram(many), expected)


@pytest.mark.parametrize("nonlinearity", ["hard", "relu", "none"])
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_it_is_that_of_the_losss_hessian(nonlinearity, reduction):
    """Second derivatives of the functional loss at θ₀, all of them, by differences of gradients."""
    lower = StackedLower(ARCHITECTURE, "blocks.1.hook_resid_pre")
    start = {name: v.double() for name, v in lower.pack(WEIGHTS).items()}
    theta = torch.cat([v.flatten() for v in start.values()])[None]

    def feature(stack):
        parts = stack.split([v.numel() for v in start.values()], dim=1)
        named = {n: p.view(-1, *v.shape) for (n, v), p in zip(start.items(), parts, strict=True)}
        activations = lower.activations(named, TOKENS.expand(len(stack), -1, -1))
        return value(activations @ VECTORS[1].double(), 0.5, nonlinearity)

    still = feature(theta)

    def gradient(stack):
        stack.requires_grad_()
        squares = (feature(stack) - still).square()
        each = squares.sum(2) if reduction == "sum" else squares.mean(2)
        return torch.autograd.grad(each.mean(1).sum(), stack)[0]

    steps = 1e-5 * torch.eye(theta.shape[1], dtype=torch.float64)
    hessian = (gradient(theta + steps) - gradient(theta - steps)) / 2e-5
    h = torch.linalg.eigvalsh((hessian + hessian.mT) / 2)
    expected = float((h / (h + 30.0 / 10.0)).sum() / 2)
    settings = replace(SETTINGS, nonlinearity=nonlinearity, reduction=reduction)
    (found,) = measured(settings, VECTORS[1:2], STD[1:2], lower=lower)
    assert found.value[0] == pytest.approx(expected, rel=1e-4)


def test_under_a_strong_pull_it_is_the_sensitivity_to_noise():
    """λ → nβ·S(1/√γ) of a linear feature, within three standard errors of the noise's draws."""
    linear = replace(SETTINGS, nonlinearity="none", n_beta=1.0, localization=1e8)
    (quadratic,) = measured(linear)
    noisy = weight_sensitivity.Sensitivity(
        threshold=0.5,
        nonlinearity="none",
        reduction="sum",
        scales=(1e-4,),
        draws=200,
        sequences=9,
        batch_size=9,
    )
    changed = weight_sensitivity.changes(
        LOWER, LOWER.pack(WEIGHTS), TOKENS, VECTORS, torch.from_numpy(STD).float(), noisy, 0
    )
    draws = changed.by_draw[0]
    error = draws.std(1, ddof=1) / np.sqrt(draws.shape[1])
    assert (np.abs(quadratic.value - draws.mean(1)) < 3 * error).all()
    assert (error < 0.1 * quadratic.value).all()


@pytest.mark.parametrize("nonlinearity", ["hard", "none"])
def test_thresholds_together_or_alone(nonlinearity):
    """The kernel of the lowest holds those of the others."""
    settings = replace(SETTINGS, thresholds=(1.0, 0.0, 0.5), nonlinearity=nonlinearity)
    for k, together in zip(settings.thresholds, measured(settings), strict=True):
        (alone,) = measured(replace(settings, thresholds=(k,)))
        np.testing.assert_allclose(together.value, alone.value, rtol=1e-5)
        np.testing.assert_allclose(together.standard_error, alone.standard_error, rtol=1e-4)
        assert together.status == alone.status


def test_fewer_active_tokens_hold_fewer_weights():
    """λ falls as the threshold rises, for every direction."""
    low, high = measured(replace(SETTINGS, thresholds=(0.0, 1.0)))
    assert (low.value > high.value).all()


def test_a_direction_does_not_depend_on_its_neighbours():
    """To the last bit: alone or among others."""
    (together,), (alone,) = measured(), measured(vectors=VECTORS[2:3], std=STD[2:3])
    assert together.value[2] == alone.value[0]
    assert together.standard_error[2] == alone.standard_error[0]


def test_batches_decide_speed_only():
    """One token a backward pass or all."""
    (one,), (all_,) = (measured(replace(SETTINGS, batch_size=size)) for size in (1, 1000))
    np.testing.assert_allclose(one.value, all_.value, rtol=1e-5)


def test_out_of_memory_begins_a_direction_again_with_half(monkeypatch, capsys):
    """A machine that holds two tokens a pass: 8, 4, then 2, which serve all directions; the
    results are those of 8."""
    (whole,) = measured(replace(SETTINGS, batch_size=8))
    reached = LOWER.blocks.middle

    def tight(copies, i, x, position):
        if len(x) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return reached(copies, i, x, position)

    monkeypatch.setattr(LOWER.blocks, "middle", tight)
    (found,) = measured(replace(SETTINGS, batch_size=8))
    np.testing.assert_allclose(found.value, whole.value, rtol=1e-5)
    np.testing.assert_allclose(found.standard_error, whole.standard_error, rtol=1e-4)
    said = capsys.readouterr().err.splitlines()
    assert [line.partition("again with ")[2].partition(";")[0] for line in said] == ["4", "2"]
    assert all(
        "metrics.llc_quadratic.batch_size, or its sequences: too many active tokens" in line
        for line in said
    )


def test_a_seed_decides_which_sequences():
    """The same one twice gives the same bits, another one other sequences."""
    few = replace(SETTINGS, sequences=4)
    (first,), (again,), (other,) = measured(few), measured(few), measured(few, seed=1)
    np.testing.assert_array_equal(first.value, again.value)
    assert (first.value != other.value).all()


def test_a_feature_that_never_fires_is_dead():
    """At the threshold at which it does not; the others are ok."""
    low, high = measured(
        replace(SETTINGS, thresholds=(0.5, 2.0)), std=STD * np.array([1, 1e6, 1, 1])
    )
    assert low.status[:2] == ["ok", "dead"]
    (silent,) = measured(replace(SETTINGS, thresholds=(1e6,)))
    assert silent.status == ["dead"] * 4
    assert high.value[1] == high.standard_error[1] == 0


def test_a_metric_is_named_after_its_threshold():
    """`llc_quadratic_1.5sigma`."""
    keys = {name: getattr(SETTINGS, name) for name in Quadratic.__dataclass_fields__}
    block = LLCQuadratic(**keys | {"enabled": True, "thresholds": [1.0, 1.5]})
    words = block.about("llc_quadratic")
    assert list(words) == ["llc_quadratic_1sigma", "llc_quadratic_1.5sigma"]
    assert words["llc_quadratic_1.5sigma"].title == "Quadratic LLC, 1.5σ"
