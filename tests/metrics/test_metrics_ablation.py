"""Ablation against hooks on the full model, closed forms, sorting, and numbers worked by hand."""

import numpy as np
import pytest
import torch
from torch.nn.functional import kl_div

import tiny
from litmus.activations.cache import Block
from litmus.metrics.ablation import everywhere
from litmus.metrics.ablation.effect import effects_of
from litmus.metrics.ablation.measure import ablate, effects, standard_error
from litmus.metrics.ablation.settings import Ablation
from litmus.metrics.ablation.strongest import sample
from tiny_ablation import COUNT, DEFAULTS, N, Setting


@pytest.fixture(scope="module")
def setting():
    """The defaults."""
    return Setting()


@pytest.mark.parametrize(
    "tokens, sparsity, positions",
    [
        ("all", "logits", range(tiny.CONTEXT)),
        ("all", "divergence", range(tiny.CONTEXT)),
        ("last", "logits", [tiny.CONTEXT - 1]),
    ],
)
@torch.no_grad()
def test_effects_are_those_of_a_hook_on_the_whole_model(tokens, sparsity, positions):
    """KL and L1/L2 of every data point, kind and direction, spelled out by torch's own parts."""
    setting = Setting(tokens=tokens, sparsity=sparsity)
    clean = setting.subject.model(setting.tokens)[:, positions]
    moved = setting.hooked(positions)[..., positions, :]
    kl = kl_div(
        moved.log_softmax(-1), clean.log_softmax(-1).expand_as(moved), reduction="none",
        log_target=True,
    ).sum(-1)  # fmt: skip
    change = moved - clean
    effect = (change - change.median(-1, keepdim=True).values).flatten(-2)
    if sparsity == "divergence":
        effect = kl
    ratio = effect.norm(p=1, dim=-1) / effect.norm(p=2, dim=-1)
    expected = torch.stack([kl.mean(-1), ratio], dim=1).transpose(2, 3)
    np.testing.assert_allclose(setting.every(), expected.numpy(), rtol=1e-8, atol=1e-12)


def test_the_coordinate_becomes_the_target_and_nothing_else_moves(setting):
    """On all tokens, or on the last one alone."""
    a, v = setting.activations[:COUNT], setting.vectors
    target = torch.arange(COUNT).double()
    for tokens, places in (("all", slice(None)), ("last", slice(-1, None))):
        after = ablate(a, v, target, tokens)
        along = torch.einsum("npw,nw->np", after, v)[:, places]
        torch.testing.assert_close(along, target[:, None].expand_as(along), rtol=0, atol=1e-12)
        across = (after - a) - torch.einsum("npw,nw,nu->npu", after - a, v, v)
        assert across.abs().max() < 1e-12
    torch.testing.assert_close(after[:, :-1], a[:, :-1], rtol=0, atol=0)


def test_blocks_that_write_nothing_leave_a_closed_form():
    """Logits are then LN(a)·U + b, and all of it is arithmetic on a vector in float64."""
    architecture, weights = tiny.subject("folded")
    for name in weights:
        if name.endswith(("W_O", "b_O", "W_out", "b_out")):
            weights[name] = torch.zeros_like(weights[name])
    settings = Ablation(**{**DEFAULTS, "kinds": ["zero"], "effects": ["kl"]})
    a = torch.randn(3, tiny.CONTEXT, 8, generator=torch.Generator().manual_seed(0))
    v = torch.eye(8)[2:3]
    block = Block(np.zeros((3, tiny.CONTEXT)), a.numpy())
    found = effects(
        effects_of(architecture, tiny.HOOK, weights, settings),
        [block], v, torch.zeros(1), np.ones((3, 1), bool),
    )  # fmt: skip
    unembed, bias = (weights[f"unembed.{x}"].double().numpy() for x in ("W_U", "b_U"))

    def probabilities(x):
        centred = x - x.mean(-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(-1, keepdims=True) + architecture.epsilon)
        weight = np.exp(centred / scale @ unembed + bias)
        return weight / weight.sum(-1, keepdims=True)

    before = a.double().numpy()
    after = before.copy()
    after[..., 2] = 0
    p, q = probabilities(before), probabilities(after)
    expected = (p * np.log(p / q)).sum(-1).mean(-1)
    np.testing.assert_allclose(found[0, 0, :, 0], expected, rtol=1e-4)


def test_scores_are_means_over_the_chosen_data_points(setting):
    """Of effects that were measured on every data point, one direction at a time."""
    every, scores = setting.every(), setting.scores()
    projected = np.abs(setting.activations.numpy() @ setting.vectors.numpy().T).max(1)
    drawn = sample(N, setting.settings.sequences, 0)
    for d in range(COUNT):
        order = np.argsort(-projected[:, d], kind="stable")
        for name, (kind, effect, k) in setting.variants.items():
            values = every[["mean", "zero"].index(kind), ["kl", "sparsity"].index(effect), :, d]
            chosen = values[drawn] if k == "all" else values[order[:k]]
            assert scores[name].value[d] == pytest.approx(chosen.mean())
            if k != 1:
                error = np.sqrt(((chosen - chosen.mean()) ** 2).sum() / (len(chosen) - 1))
                expected = error / np.sqrt(len(chosen))
                assert scores[name].standard_error[d] == pytest.approx(expected)


def test_one_data_point_has_no_standard_error(setting):
    """Its value is there, its error is not."""
    scores = setting.scores()["mean kl 1"]
    assert np.isfinite(scores.value).all()
    assert np.isnan(scores.standard_error).all()
    assert scores.status == ["ok"] * COUNT


def test_the_error_is_the_spread_of_means_of_fresh_draws():
    """Over many samples of k, the error estimated from one is right on average."""
    draws = np.random.default_rng(0).normal(size=(16, 20_000))
    assert standard_error(draws).mean() == pytest.approx(draws.mean(0).std(), rel=0.03)


def test_a_score_does_not_depend_on_the_other_directions(setting):
    """Nor, then, on the chunk."""
    alone, together = setting.scores(slice(3, 4)), setting.scores()
    for name in setting.variants:
        assert alone[name].value[0] == pytest.approx(together[name].value[3])


def test_a_direction_without_spread_is_dead(setting):
    """There is no coordinate to remove."""
    std = np.array([1, 1, 0, 1, 1.0])
    for scores in setting.scores(std=std).values():
        assert scores.status == ["ok", "ok", "dead", "ok", "ok"]


def test_effects_far_beyond_small_changes_are_those_of_a_hook(monkeypatch):
    """Where logits move by hundreds, as where they move by less: the same function."""
    setting = Setting(effects=["kl"])
    near = setting.every()
    monkeypatch.setattr(everywhere, "_FAR", 0.0)
    np.testing.assert_allclose(setting.every(), near, rtol=1e-8)
    monkeypatch.undo()
    for name in ("unembed.W_U", "unembed.b_U"):
        setting.weights[name] *= 300
        setting.subject.model.load_state_dict({name: setting.weights[name]}, strict=False)
    setting.measures = effects_of(
        setting.architecture, tiny.HOOK, setting.weights, setting.settings
    )
    clean, moved = (
        logits.log_softmax(-1)
        for logits in (setting.subject.model(setting.tokens), setting.hooked(range(tiny.CONTEXT)))
    )
    kl = kl_div(moved, clean.expand_as(moved), reduction="none", log_target=True)
    expected = kl.sum(-1).mean(-1).transpose(1, 2)
    assert expected.max() > 100
    found = setting.every()[:, 0]
    np.testing.assert_allclose(found, expected.detach(), rtol=1e-7, atol=1e-10)
