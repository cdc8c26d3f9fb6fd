"""The upper half against TransformerLens; its divergences against log-softmax and autograd."""

import pytest
import torch
from torch.nn.functional import cross_entropy, kl_div

import tiny
from litmus import upper
from litmus.subject.adapter import Subject
from litmus.upper import LogSumExp, Upper

CASES = pytest.mark.parametrize(
    "family, layer", [("gpt2", 2), ("gpt2-folded", 2), *((family, 1) for family in tiny.FAMILIES)]
)
BATCH, N = 4, 3
TOKENS = tiny.tokens(BATCH, tiny.CONTEXT, seed=3)


class Case:
    """A subject cut at a layer: our upper half and TransformerLens's, and activations."""

    def __init__(self, family="gpt2-folded", layer=2, dtype=torch.float64, change=0.3):
        hook = f"blocks.{layer}.hook_resid_pre"
        architecture, weights = tiny.member(family)
        self.subject = Subject(architecture, weights, hook)
        self.activation = self.subject.lower(TOKENS).to(dtype)
        self.subject.model.to(dtype)
        self.upper = Upper(architecture, hook, {n: value.to(dtype) for n, value in weights.items()})
        stream = torch.Generator().manual_seed(8)
        moved = torch.randn(N, *self.activation.shape, generator=stream, dtype=dtype)
        self.patched = self.activation + change * moved
        self.base = self.upper.base(self.activation)

    def logs(self, activation):
        """TransformerLens's log-probabilities, (…, batch, position, vocabulary)."""
        logits = self.subject.upper(activation.reshape(-1, *activation.shape[-2:]))
        return logits.log_softmax(-1).view(*activation.shape[:-1], -1)

    def divergence(self, activation):
        """KL(base ‖ patched) by PyTorch."""
        theirs = self.logs(activation)
        base = self.logs(self.activation).expand_as(theirs)
        return kl_div(theirs, base, log_target=True, reduction="none").sum(-1)

    def rise(self, activation):
        """Cross entropy of the next token, patched less unpatched, by PyTorch."""

        def loss(one):
            logits = self.subject.upper(one)[:, :-1]
            flat = cross_entropy(logits.flatten(0, 1), TOKENS[:, 1:].flatten(), reduction="none")
            return flat.view(BATCH, -1)

        return torch.stack([loss(one) for one in activation]) - loss(self.activation)

    def ours(self, output, activation):
        """`divergence` or `rise`."""
        if output == "divergence":
            return self.upper.divergence(activation, self.base)
        return self.upper.rise(activation, self.base, TOKENS)


@CASES
def test_logits_are_those_of_the_subject(family, layer):
    """From any layer."""
    case = Case(family, layer, torch.float32)
    for activation in (case.activation, case.patched[1]):
        theirs = case.subject.upper(activation)
        torch.testing.assert_close(case.upper.logits(activation), theirs, atol=1e-4, rtol=0)
    exact = Case(family, layer)
    theirs = exact.subject.upper(exact.patched[1])
    torch.testing.assert_close(exact.upper.logits(exact.patched[1]), theirs, atol=1e-9, rtol=0)


@CASES
def test_what_the_unembedding_reads_is_the_final_norm(family, layer):
    """`final` is TransformerLens's output of `ln_final`, scale and shift included."""
    case, seen = Case(family, layer), []
    handle = case.subject.model.ln_final.register_forward_hook(lambda *x: seen.append(x[-1]))
    case.subject.upper(case.patched[0])
    handle.remove()
    torch.testing.assert_close(case.upper.final(case.patched[0]), seen[0], atol=1e-10, rtol=0)


@CASES
@pytest.mark.parametrize("output", ["divergence", "rise"])
def test_the_change_of_the_output_is_its_definition(family, layer, output):
    """KL(base ‖ patched) by log-softmax, the rise by cross entropies; also in single precision."""
    for dtype, tolerance in [(torch.float64, 1e-12), (torch.float32, 2e-6)]:
        case = Case(family, layer, dtype)
        theirs = getattr(case, output)(case.patched)
        assert theirs.abs().max() > 0.01, "the fake change should change something"
        ours = case.ours(output, case.patched)
        torch.testing.assert_close(ours, theirs, atol=tolerance, rtol=tolerance)


def test_a_tiny_divergence_keeps_its_digits():
    """Of some 1e-8 nats, compared with ½·Σ p·(d − d̄)² + third order in float64."""
    case = Case(change=2e-4)
    ours = case.upper.divergence(case.patched, case.base)
    p, change = case.logs(case.activation).exp(), case.logs(case.patched)
    d = change - case.logs(case.activation)
    d = d - (p * d).sum(-1, keepdim=True)
    theirs = (p * (d**2 / 2 + d**3 / 6 + d**4 / 24)).sum(-1) - (p * d**2).sum(-1) ** 2 / 8
    assert 1e-11 < theirs.min() < theirs.max() < 1e-7
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-15)


@pytest.mark.parametrize("output", ["divergence", "rise"])
@pytest.mark.parametrize("held", [1, 25, 1 << 30])
def test_chunks_do_not_matter(monkeypatch, output, held):
    """One token's logits at a time, two tokens' or all: to the last bits the same."""
    case = Case()
    whole = case.ours(output, case.patched)
    monkeypatch.setattr(upper, "_CHUNK", held)
    torch.testing.assert_close(case.ours(output, case.patched), whole, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("output", ["divergence", "rise"])
@tiny.EVERY_FAMILY
def test_gradients_are_those_of_autograd(monkeypatch, family, output):
    """With respect to the patched activation, chunk by chunk, against the definition's."""
    monkeypatch.setattr(upper, "_CHUNK", 25)
    case = Case(family)
    weights = torch.randn(3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)

    def gradient(function):
        leaf = case.patched.clone().requires_grad_()
        summed = function(leaf).flatten(1).square().sum(1)
        return torch.autograd.grad(summed @ weights, leaf)[0]

    ours = gradient(lambda leaf: case.ours(output, leaf))
    theirs = gradient(getattr(case, output))
    assert theirs.abs().max() > 1e-4
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)


def test_the_partition_functions_gradient_is_that_of_finite_differences():
    """`LogSumExp` by itself, at probabilities that sum to one and at others."""
    stream = torch.Generator().manual_seed(2)
    change = torch.randn(2, 3, 4, generator=stream, dtype=torch.float64, requires_grad=True)
    logs = torch.randn(3, 7, generator=stream, dtype=torch.float64)
    unembed = torch.randn(4, 7, generator=stream, dtype=torch.float64)
    for each in (logs, logs.log_softmax(-1)):
        assert torch.autograd.gradcheck(lambda x, e=each: LogSumExp.apply(x, e, unembed), change)
    plain = (logs + change @ unembed).logsumexp(-1)
    torch.testing.assert_close(LogSumExp.apply(change, logs, unembed), plain)


def test_a_huge_change_stays_finite():
    """Logits in the thousands overflow no exponential."""
    case = Case(dtype=torch.float32, change=1e6)
    case.upper.unembed = 1e3 * case.upper.unembed
    found = case.upper.divergence(case.patched, case.upper.base(case.activation))
    assert found.isfinite().all() and found.max() > 1e3


def test_divergence_is_never_negative_and_zero_without_change():
    """In float64 to rounding: Gibbs' inequality."""
    case = Case()
    assert case.upper.divergence(case.patched, case.base).min() > 0
    assert case.upper.divergence(case.activation[None], case.base).abs().max() < 1e-15


def test_the_last_token_counts_for_what_it_makes_others_say():
    """Nothing follows it: changing only its activation changes no rise, but a divergence."""
    case = Case()
    patched = case.activation.clone()[None]
    patched[:, :, -1, 0] += 1
    rise = case.upper.rise(patched, case.base, TOKENS)
    assert rise.shape == (1, BATCH, tiny.CONTEXT - 1)
    assert rise.abs().max() < 1e-14
    assert case.upper.divergence(patched, case.base)[:, :, -1].min() > 1e-4
