"""The last position alone, against the whole upper half and against hooks on the full model."""

import pytest
import torch

import tiny
from litmus.errors import LitmusError
from litmus.last_position import FINAL, LastPosition
from litmus.subject.adapter import Subject
from litmus.upper import Upper

BASES, POINTS, BUDGET = 5, 7, 64
CASES = pytest.mark.parametrize(
    "family, layer", [("gpt2", 2), ("gpt2-folded", 2), *((family, 1) for family in tiny.FAMILIES)]
)


class Given:
    """A subject cut at a layer, real bases, and points at which their last position is put."""

    def __init__(self, family="gpt2-folded", layer=2, read=FINAL, budget=BUDGET):
        self.hook = f"blocks.{layer}.hook_resid_pre"
        self.architecture, self.weights = tiny.member(family)
        self.subject = Subject(self.architecture, self.weights, self.hook)
        self.tokens = tiny.tokens(BASES, tiny.CONTEXT)
        self.context = self.subject.lower(self.tokens)
        stream = torch.Generator().manual_seed(3)
        noise = torch.randn(BASES, POINTS, self.architecture.width, generator=stream)
        self.points = self.context[:, -1:] + noise
        self.last = LastPosition(self.architecture, self.hook, read, self.weights, budget)
        self.bases = self.last.bases(self.context)

    def hooked(self, name):
        """Logits (BASES, POINTS, vocabulary) and what a hook reads, by TransformerLens, at the
        last position, of the full model from its tokens."""
        logits, read = [], []
        for i in range(POINTS):

            def put(activation, hook, i=i):
                activation[:, -1] = self.points[:, i]
                return activation

            def look(activation, hook):
                read.append(activation[:, -1].clone())

            hooks = [(self.hook, put), (name, look)]
            logits.append(self.subject.model.run_with_hooks(self.tokens, fwd_hooks=hooks)[:, -1])
        return torch.stack(logits, 1), torch.stack(read, 1)


def kl(clean, moved):
    """KL of two rows of logits, written out in float64."""
    p, q = (logits.double().softmax(-1) for logits in (clean, moved))
    return (p * (p / q).log()).sum(-1).float()


@CASES
def test_logits_are_those_of_the_full_model_with_a_hook(family, layer):
    """A hook sets the last position's activation; nothing is cached on that side."""
    given = Given(family, layer)
    logits, _ = given.hooked(FINAL)
    torch.testing.assert_close(
        given.last.logits(given.points, given.bases), logits, atol=1e-5, rtol=0
    )


@CASES
def test_the_divergence_is_that_of_the_full_model_with_a_hook(family, layer):
    """To 1e-5 nats."""
    given = Given(family, layer)
    logits, _ = given.hooked(FINAL)
    expected = kl(given.subject.model(given.tokens)[:, -1:], logits)
    assert expected.max() > 0.1
    seen = given.last.effect(given.points, given.bases)
    torch.testing.assert_close(seen.kl, expected, atol=1e-5, rtol=1e-5)


@CASES
def test_the_divergence_is_that_of_the_whole_upper_half(family, layer):
    """With every position run again for each point."""
    given = Given(family, layer)
    upper = Upper(given.architecture, given.hook, given.weights)
    patched = given.context.unsqueeze(0).repeat(POINTS, 1, 1, 1)
    patched[:, :, -1] = given.points.transpose(0, 1)
    expected = upper.divergence(patched, upper.base(given.context))[..., -1].T
    seen = given.last.effect(given.points, given.bases)
    torch.testing.assert_close(seen.kl, expected, atol=1e-5, rtol=1e-5)


@CASES
@pytest.mark.parametrize("read", [FINAL, "blocks.2.hook_resid_post"])
def test_distance_and_cosine_are_those_at_the_hook(family, layer, read):
    """As a hook of the full model sees them, perturbed and not."""
    given = Given(family, layer, read)
    _, moved = given.hooked(read)
    _, cache = given.subject.model.run_with_cache(given.tokens)
    still = cache[read][:, -1:]
    seen = given.last.effect(given.points, given.bases)
    torch.testing.assert_close(seen.l2, (moved - still).norm(dim=-1), atol=1e-5, rtol=1e-5)
    cosine = (moved * still).sum(-1) / (moved.norm(dim=-1) * still.norm(dim=-1))
    torch.testing.assert_close(seen.cosine, cosine, atol=1e-5, rtol=0)


def test_the_base_itself_has_no_effect():
    """KL 0, distance 0, cosine 1."""
    given = Given()
    seen = given.last.effect(given.context[:, -1:], given.bases)
    zero = torch.zeros(BASES, 1)
    torch.testing.assert_close(seen.kl, zero, atol=1e-6, rtol=0)
    torch.testing.assert_close(seen.l2, zero, atol=1e-5, rtol=0)
    torch.testing.assert_close(seen.cosine, zero + 1, atol=1e-6, rtol=0)


def test_another_activation_can_be_the_base():
    """A made-up base after a real past: its output is what KL is taken against."""
    given = Given()
    logits, _ = given.hooked(FINAL)
    bases = given.last.bases(given.context, given.points[:, 0])
    seen = given.last.effect(given.points, bases)
    torch.testing.assert_close(seen.kl, kl(logits[:, :1], logits), atol=1e-5, rtol=1e-5)
    assert float(seen.kl[:, 0].abs().max()) < 1e-6


@pytest.mark.parametrize("budget", [1, 3, 8, 10_000])
def test_the_budget_never_decides_the_result(budget):
    """One token at a time, or all at once."""
    tight, wide = Given(budget=budget), Given(budget=BUDGET)
    for ours, theirs in zip(
        tight.last.effect(tight.points, tight.bases),
        wide.last.effect(wide.points, wide.bases),
        strict=True,
    ):
        torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("budget", [3, 8, 64])
def test_no_more_tokens_run_at_once_than_the_budget(budget, monkeypatch):
    """Counted where the perturbed activations enter the blocks."""
    given, counts = Given(budget=budget), []
    run = given.last._run
    monkeypatch.setattr(
        given.last, "_run", lambda x, bases: counts.append(x.shape[:2].numel()) or run(x, bases)
    )
    given.last.effect(given.points, given.bases)
    assert max(counts) <= budget
    assert sum(counts) == BASES * POINTS


@pytest.mark.parametrize("read", ["blocks.1.hook_resid_post", "blocks.3.hook_resid_post"])
def test_a_read_hook_outside_the_upper_half_is_refused(read):
    """Below the write hook nothing changes; above the model there is nothing."""
    with pytest.raises(LitmusError, match=r"read: found blocks\.\d.*valid: .* from 2 to 2"):
        Given(read=read)
