"""The behavioral and the natural loss against their definitions through TransformerLens."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy, kl_div

import tiny
from litmus.features import Features
from litmus.metrics.llc.data import Data, Minibatches
from litmus.metrics.llc.patched import PatchedLoss
from litmus.stacked import StackedLower
from litmus.subject.adapter import Subject
from litmus.upper import Upper
from tiny_llc import IDS, SETTINGS, START, TOKENS, VECTORS, double, features, run

OUTPUTS = pytest.mark.parametrize("output", ["behavioral", "natural"])
CHAINS, DIRECTIONS = 2, 3


class Case:
    """Two subjects, θ₀ and θ, in float64; the loss of some features' chains and its definition.

    θ differs from chain to chain.
    """

    def __init__(self, output, processing="folded", layer=2, form="none", **changes):
        self.settings, self.output, self.form = replace(SETTINGS, **changes), output, form
        hook = f"blocks.{layer}.hook_resid_pre"
        architecture, weights = tiny.subject(processing)
        self.still = self.subject(architecture, weights, hook)
        copies = [tiny.moved(weights, 0.1, seed) for seed in range(DIRECTIONS * CHAINS)]
        self.moved = [self.subject(architecture, copy, hook) for copy in copies]
        lower, base = StackedLower(architecture, hook), self.still.lower(TOKENS)
        packs = [double(lower.pack(copy)) for copy in copies]
        self.parameters = {n: torch.stack([p[n] for p in packs]) for n in packs[0]}
        vectors = torch.nn.functional.normalize(VECTORS.double()[:3], dim=1)
        std = (base @ vectors.T).flatten(0, 1).std(0)
        self.features = Features(vectors, 0.5 * std, form)
        self.loss = PatchedLoss(
            lower,
            Upper(architecture, hook, double(weights)),
            Minibatches(Data(TOKENS, base), self.settings, 7, IDS[:3]),
            self.features,
            output,
        )
        self.lower, self.point = lower, hook

    @staticmethod
    def subject(architecture, weights, hook):
        """TransformerLens's, in float64."""
        subject = Subject(architecture, weights, hook)
        subject.model.to(torch.float64)
        return subject

    def feature(self, activation, i):
        """f of direction i, by its definition, at activations (batch, position, width)."""
        p = activation @ self.features.vectors[i]
        t = self.features.thresholds[i]
        return {"none": p, "relu": (p - t).relu(), "hard": torch.where(p > t, p, 0)}[self.form]

    def definition(self, i, chain, step, change=None):
        """The loss of one chain: a full run under θ₀, with a hook that adds (f(θ) − f(θ₀))·v."""
        rows = self.loss.batches.rows(step).expand(DIRECTIONS, -1, -1)[i, chain]
        tokens, v, model = TOKENS[rows], self.features.vectors[i], self.still.model
        theirs = self.moved[i * CHAINS + chain]

        def add(activation, hook):
            if change is not None:
                return activation + change.unsqueeze(-1) * v
            by = self.feature(theirs.lower(tokens), i) - self.feature(activation, i)
            return activation + by.unsqueeze(-1) * v

        clean = model(tokens)
        patched = model.run_with_hooks(tokens, fwd_hooks=[(self.point, add)])
        if self.output == "behavioral":
            logs = [logits.log_softmax(-1) for logits in (patched, clean)]
            losses = kl_div(*logs, log_target=True, reduction="none").sum(-1)
        else:
            after, before = (
                cross_entropy(
                    logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten(), reduction="none"
                ).view(len(tokens), -1)
                for logits in (patched, clean)
            )
            losses = after - before
        total = losses.sum(1) if self.settings.reduction == "sum" else losses.mean(1)
        loss = total.mean()
        return loss.sign() * loss.abs().log1p() if self.settings.robust else loss

    def definitions(self, step):
        """Of every chain, in the order of the stack."""
        pairs = [(i, chain) for i in range(DIRECTIONS) for chain in range(CHAINS)]
        return torch.stack([self.definition(i, chain, step) for i, chain in pairs])


@OUTPUTS
@pytest.mark.parametrize("processing, layer", [("none", 1), ("folded", 2)])
@pytest.mark.parametrize("random_numbers", ["shared", "per_direction"])
@pytest.mark.parametrize("reduction, robust", [("sum", True), ("mean", False)])
def test_the_loss_is_its_definition(output, processing, layer, random_numbers, reduction, robust):
    """Three directions with two chains, each with weights of its own, to ten digits."""
    changes = dict(random_numbers=random_numbers, reduction=reduction, robust=robust)
    case = Case(output, processing, layer, **changes)
    ours, theirs = case.loss(case.parameters, 3), case.definitions(3)
    assert theirs.abs().min() > 1e-4, "the fake weights should change the output"
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-13)


@OUTPUTS
def test_its_gradient_is_autograds(output):
    """∂L/∂θ of every packed parameter, against autograd through the hooked run."""
    case = Case(output)
    leaves = {name: value.requires_grad_() for name, value in case.parameters.items()}
    ours = torch.autograd.grad(case.loss(leaves, 3).sum(), list(leaves.values()))
    for subject in case.moved:
        subject.model.requires_grad_(True)
    case.definitions(3).sum().backward()
    for place, subject in enumerate(case.moved):
        state = {
            name: torch.zeros_like(value) if value.grad is None else value.grad
            for name, value in subject.model.named_parameters()
        }
        theirs = case.lower.pack(state)
        for (name, expected), found in zip(theirs.items(), ours, strict=True):
            torch.testing.assert_close(found[place], expected, rtol=1e-8, atol=1e-12, msg=name)
    assert max(value.abs().max() for value in ours) > 1e-3


@OUTPUTS
def test_the_gradient_goes_through_the_features_scalar_alone(output):
    """∂L/∂θ = Σ_t ∂L/∂Δ_t · ∂f_t/∂θ, where Δ is what is added along the direction."""
    case = Case(output, chains=1, batch_size=4)
    case.features = case.features[torch.arange(1)]
    case.loss.features = case.features
    leaves = {name: value[:1].clone().requires_grad_() for name, value in case.parameters.items()}
    found = torch.autograd.grad(case.loss(leaves, 0).sum(), list(leaves.values()))
    tokens = TOKENS[case.loss.batches.rows(0)][0]
    f = case.lower.activations(leaves, tokens)[0, :4] @ case.features.vectors[0]
    still = case.still.lower(tokens[0]) @ case.features.vectors[0]
    change = (f.detach() - still).requires_grad_()
    (outer,) = torch.autograd.grad(case.definition(0, 0, 0, change), change)
    inner = torch.autograd.grad((f * outer).sum(), list(leaves.values()))
    for ours, theirs in zip(found, inner, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-8, atol=1e-12)


@OUTPUTS
@pytest.mark.parametrize("form", ["relu", "hard"])
def test_a_feature_that_is_on_moves_along_its_vector_and_one_that_is_off_stays(output, form):
    """Where f is on under θ₀ it is the definition; where it is off, nothing is changed.

    A hard feature jumps to zero on its way there, and the flow stops after the step that found it
    so, one of the six of eight that lead from f to zero.
    """
    case = Case(output, form=form)
    woken = []

    def chain_loss(i, chain):
        tokens = TOKENS[case.loss.batches.rows(3)[0, chain]]
        before = case.feature(case.still.lower(tokens), i)
        after = case.feature(case.moved[i * CHAINS + chain].lower(tokens), i)
        change = torch.where(before != 0, after - before, 0)
        if form == "hard":
            stops = before.unsqueeze(-1) * (1 - torch.arange(1, 7).double() / 6)
            below = stops.where(stops <= case.features.thresholds[i], -torch.inf).amax(-1)
            change = torch.where((before != 0) & (after == 0), below - before, change)
        woken.append(((before == 0) & (after != 0)).sum().item())
        return case.definition(i, chain, 3, change)

    ours = case.loss(case.parameters, 3)
    pairs = [(i, chain) for i in range(DIRECTIONS) for chain in range(CHAINS)]
    theirs = torch.stack([chain_loss(*pair) for pair in pairs])
    torch.testing.assert_close(ours, theirs, rtol=1e-8, atol=1e-10)
    assert sum(woken) > 0
    assert (case.loss.missed.sum().item(), case.loss.unreached().shape) == (sum(woken), (3,))


@OUTPUTS
def test_unreached_is_the_share_of_those_that_were_to_move(output):
    """By hand, over two steps: tokens that are off and should be on, of all whose f changes."""
    case = Case(output, form="hard")
    asked, missed = torch.zeros(DIRECTIONS), torch.zeros(DIRECTIONS)
    for step in (3, 4):
        case.loss(case.parameters, step)
        for i in range(DIRECTIONS):
            for chain in range(CHAINS):
                tokens = TOKENS[case.loss.batches.rows(step)[0, chain]]
                before = case.feature(case.still.lower(tokens), i)
                after = case.feature(case.moved[i * CHAINS + chain].lower(tokens), i)
                asked[i] += (after != before).sum()
                missed[i] += ((before == 0) & (after != 0)).sum()
    assert 0 < missed.sum() < asked.sum()
    torch.testing.assert_close(case.loss.unreached(), (missed / asked).double())


@OUTPUTS
@pytest.mark.parametrize("form", ["none", "hard"])
def test_it_is_zero_where_the_chains_start(output, form):
    """L(θ₀) = 0, to rounding, and moves from there."""
    found = run(wanted=features(form), variant=output)
    assert found.traces.loss[..., 0].abs().max() <= 2e-6
    assert found.traces.loss[..., 1:].abs().min(-1).values.max() > 1e-5


def test_a_direction_whose_intervention_misses_says_so():
    """`unreached` above the limit, `ok` at it; the value is there either way."""
    wanted = features("hard", 1.0)
    share = run(wanted=wanted, variant="behavioral").unreached
    limit = float(np.sort(share)[2])
    found = run(wanted=wanted, variant="behavioral", max_unreached=limit)
    expected = ["unreached" if one > limit else "ok" for one in share]
    assert list(found.scores.status) == expected and set(expected) == {"ok", "unreached"}
    assert np.isfinite(found.scores.value).all()
    assert run(wanted=features("none"), variant="behavioral").unreached.tolist() == [0.0] * 5


@pytest.mark.parametrize("robust", [True, False])
def test_the_natural_loss_is_negative_where_moving_helps(robust):
    """A step from θ₀ against the gradient, which is not zero there, predicts better: L < 0."""
    case = Case("natural", robust=robust)
    still = {name: value.double().expand(6, *value.shape) for name, value in START.items()}
    leaves = {name: value.clone().requires_grad_() for name, value in still.items()}
    slopes = torch.autograd.grad(case.loss(leaves, 3).sum(), list(leaves.values()))
    assert min(sum(g[i].square().sum() for g in slopes) for i in range(6)) > 1e-4
    for sign in (1, -1):
        moved = {n: still[n] + sign * 1e-3 * g for n, g in zip(still, slopes, strict=True)}
        assert (case.loss(moved, 3).sign() == sign).all()


def test_a_negative_natural_coefficient_is_reported_as_it_is():
    """Chains that hardly feel noise or pull go where prediction is better: λ̂ < 0, status ok."""
    found = run(variant="natural", learning_rate=1e-8, n_beta=1e7, localization=1.0)
    assert (found.traces.loss[..., 6:] < 0).all()
    assert (found.scores.value < 0).all()
    assert list(found.scores.status) == ["ok"] * 5
