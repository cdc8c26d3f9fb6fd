"""The stacked lower half against TransformerLens, copy by copy."""

import pytest
import torch

import tiny
from litmus.stacked import Dot, StackedLower
from litmus.subject.adapter import Subject

STACK, BATCH = 3, 4
CASES = pytest.mark.parametrize(
    "family, layer", [("gpt2", 1), ("gpt2-folded", 1), *((family, 2) for family in tiny.FAMILIES)]
)


class Copies:
    """A subject's lower half under three different sets of weights, stacked and one by one."""

    def __init__(self, family, layer, dtype=torch.float32):
        hook = f"blocks.{layer}.hook_resid_pre"
        self.architecture, weights = tiny.member(family)
        self.lower = StackedLower(self.architecture, hook)
        packs = [
            self.lower.pack(tiny.moved(weights, scale=0.1, seed=seed)) for seed in range(STACK)
        ]
        self.parameters = {n: torch.stack([p[n] for p in packs]).to(dtype) for n in packs[0]}
        self.tokens = tiny.tokens(STACK, BATCH, tiny.CONTEXT)
        stream = torch.Generator().manual_seed(9)
        self.vectors = torch.randn(STACK, self.architecture.width, generator=stream, dtype=dtype)
        self.subjects = []
        for i in range(STACK):
            subject = Subject(self.architecture, weights, hook)
            subject.model.to(dtype)
            one = {name: value[i] for name, value in self.parameters.items()}
            subject.model.load_state_dict(self.unpacked(one), strict=False)
            self.subjects.append(subject)

    def unpacked(self, packed):
        """The inverse of `pack`: TransformerLens's names and shapes."""
        a = self.architecture
        counts = {"Q": a.heads, "K": a.key_value_heads, "V": a.key_value_heads}
        mark = "_" if a.key_value_heads < a.heads else ""
        state = {"embed.W_E": packed["W_E"]}
        if "W_pos" in packed:
            state["pos_embed.W_pos"] = packed["W_pos"]
        for name, value in packed.items():
            block, _, leaf = name.rpartition(".")
            if leaf in ("W_QKV", "b_QKV"):
                heads = value.unflatten(-1, (-1, a.head_width)).movedim(-2, 0)
                for x, count in counts.items():
                    part, heads = heads[:count], heads[count:]
                    if len(part):  # biases may end early
                        under = "" if x == "Q" else mark
                        state[f"{block}.attn.{under}{leaf[0]}_{x}"] = part
            elif leaf == "W_O":
                state[f"{block}.attn.W_O"] = value.view(a.heads, a.head_width, a.width)
            elif leaf == "b_O":
                state[f"{block}.attn.b_O"] = value
            elif leaf in ("W_in", "b_in", "W_gate", "W_out", "b_out"):
                state[f"{block}.mlp.{leaf}"] = value
            elif block:
                state[name] = value  # a normalisation's
        return state


def gradients(loss, parameters):
    """∂ loss to each parameter, by name."""
    values = torch.autograd.grad(loss, list(parameters.values()))
    return dict(zip(parameters, values, strict=True))


@CASES
def test_activations_are_those_of_the_subject(family, layer):
    """Each copy gives what a HookedTransformer with its weights gives on its tokens."""
    copies = Copies(family, layer, torch.float64)
    ours = copies.lower.activations(copies.parameters, copies.tokens)
    theirs = torch.stack([s.lower(t) for s, t in zip(copies.subjects, copies.tokens, strict=True)])
    torch.testing.assert_close(ours, theirs, atol=1e-10, rtol=1e-10)
    assert (ours[0] - ours[1]).abs().max() > 0.1, "the copies should differ"


@CASES
def test_projections_are_products_of_the_activations(family, layer):
    """p = ⟨a, v⟩, each copy with a vector of its own."""
    copies = Copies(family, layer, torch.float64)
    vectors = copies.vectors
    a = copies.lower.activations(copies.parameters, copies.tokens)
    p = copies.lower.projections(copies.parameters, copies.tokens, vectors)
    torch.testing.assert_close(p, torch.einsum("sbtw,sw->sbt", a, vectors), atol=1e-10, rtol=1e-10)


@CASES
@pytest.mark.parametrize("through", ["activations", "projections"])
def test_gradients_are_those_through_the_subject(family, layer, through):
    """∂ Σp² to every packed parameter equals, copy by copy, autograd through TransformerLens."""
    copies = Copies(family, layer, torch.float64)
    parameters = {name: value.requires_grad_() for name, value in copies.parameters.items()}
    if through == "projections":
        p = copies.lower.projections(parameters, copies.tokens, copies.vectors)
    else:
        a = copies.lower.activations(parameters, copies.tokens)
        p = torch.einsum("sbtw,sw->sbt", a, copies.vectors)
    ours = gradients(p.square().sum(), parameters)
    for i, subject in enumerate(copies.subjects):
        below = {n: value.requires_grad_() for n, value in subject.parameters_below().items()}
        p = subject.lower(copies.tokens[i]) @ copies.vectors[i]
        theirs = gradients(p.square().sum(), below)
        unpacked = copies.unpacked({name: value[i] for name, value in ours.items()})
        for name, expected in theirs.items():
            torch.testing.assert_close(unpacked[name], expected, atol=1e-9, rtol=1e-7, msg=name)


@CASES
def test_a_packed_subject_unpacks_to_its_parameters_below(family, layer):
    """`pack` takes exactly the parameters below the hook, each once and unchanged."""
    hook = f"blocks.{layer}.hook_resid_pre"
    architecture, weights = tiny.member(family)
    below = Subject(architecture, weights, hook).parameters_below()
    copies = Copies(family, layer)
    state = copies.unpacked(StackedLower(architecture, hook).pack(weights))
    assert state.keys() == below.keys()
    assert all(torch.equal(state[name], below[name]) for name in below)


@CASES
def test_a_copy_does_not_depend_on_the_others(family, layer):
    """Alone in its stack, a copy gives the same."""
    copies = Copies(family, layer)
    together = copies.lower.activations(copies.parameters, copies.tokens)
    alone = copies.lower.activations(
        {name: value[1:2] for name, value in copies.parameters.items()}, copies.tokens[1:2]
    )
    torch.testing.assert_close(alone[0], together[1], atol=1e-6, rtol=0)


@CASES
def test_shorter_sequences_take_the_first_positions(family, layer):
    """On a prefix the activations are those at the prefix: attention looks back only."""
    copies = Copies(family, layer)
    whole = copies.lower.activations(copies.parameters, copies.tokens)
    prefix = copies.lower.activations(copies.parameters, copies.tokens[..., :4])
    torch.testing.assert_close(prefix, whole[:, :, :4], atol=1e-5, rtol=0)


def test_a_product_with_a_vector_and_its_gradients():
    """Against einsum, and finite differences for both factors together and each alone."""
    stream = torch.Generator().manual_seed(3)
    x = torch.randn(2, 4, 3, generator=stream, dtype=torch.float64, requires_grad=True)
    v = torch.randn(2, 3, generator=stream, dtype=torch.float64, requires_grad=True)
    torch.testing.assert_close(Dot.apply(x, v), torch.einsum("snw,sw->sn", x, v))
    for pair in ((x, v), (x, v.detach()), (x.detach(), v)):
        assert torch.autograd.gradcheck(Dot.apply, pair)
