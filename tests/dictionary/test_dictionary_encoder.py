"""A dictionary's latents as features, against SAELens's own encoding."""

import pytest
import torch
from sae_lens import (
    AbsTopKSAE,
    AbsTopKSAEConfig,
    GatedSAE,
    GatedSAEConfig,
    JumpReLUSAE,
    JumpReLUSAEConfig,
    MatchingPursuitSAE,
    MatchingPursuitSAEConfig,
    StandardSAE,
    StandardSAEConfig,
    TopKSAE,
    TopKSAEConfig,
)

from litmus.dictionary.encoder import affine
from litmus.errors import LitmusError
from litmus.features import Features

WIDTH, LATENTS = 6, 15


def drawn(*shape, seed):
    """Standard normal numbers."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


ACTIVATIONS = 1 + drawn(40, 5, WIDTH, seed=0)


def made(kind, config, **more):
    """A small dictionary none of whose weights is at its initial value."""
    sae = kind(config(d_in=WIDTH, d_sae=LATENTS, **more)).requires_grad_(False)
    for seed, (name, value) in enumerate(sae.named_parameters()):
        value.copy_(drawn(*value.shape, seed=seed + 1))
        if name == "threshold":
            value.abs_()
    return sae.eval()


def standard(**more):
    """ReLU latents."""
    return made(StandardSAE, StandardSAEConfig, **more)


def jumprelu(**more):
    """Latents that jump."""
    return made(JumpReLUSAE, JumpReLUSAEConfig, **more)


def topk(**more):
    """Latents that compete."""
    return made(TopKSAE, TopKSAEConfig, k=4, **more)


def gated(**more):
    """Latents with a gate and a magnitude."""
    return made(GatedSAE, GatedSAEConfig, **more)


@pytest.mark.parametrize("b_dec", [True, False])
@pytest.mark.parametrize("nonlinearity", ["relu", "hard"])
def test_a_relu_latent_is_a_feature(nonlinearity, b_dec):
    """`relu` with threshold −b; and `hard` with offset b, jump zero: SAELens's encode."""
    sae = standard(apply_b_dec_to_input=b_dec)
    rows, bias = affine(sae)
    offsets = bias if nonlinearity == "hard" else None
    features = Features(rows, -bias, nonlinearity, offsets)
    assert_encodes(features, sae)


@pytest.mark.parametrize("b_dec", [True, False])
def test_a_jumprelu_latent_is_a_feature(b_dec):
    """`hard` with threshold θ − b and offset b."""
    sae = jumprelu(apply_b_dec_to_input=b_dec)
    rows, bias = affine(sae)
    assert_encodes(Features(rows, sae.threshold - bias, "hard", bias), sae)


@pytest.mark.parametrize("b_dec", [True, False])
def test_a_gated_latent_is_a_feature(b_dec):
    """Gate and magnitude read one projection: `hard`, the gate's threshold on the magnitude.

    The gate opens at p > −b', and the magnitude is m = eʳ·p + b: at m > b − eʳ·b', and above 0.
    """
    sae = gated(apply_b_dec_to_input=b_dec)
    rows, bias = affine(sae)
    jumps = (sae.b_mag - sae.r_mag.exp() * sae.b_gate).clamp(min=0)
    assert (jumps > 0).any() and (jumps == 0).any()
    assert_encodes(Features(rows, jumps - bias, "hard", bias), sae)


def assert_encodes(features, sae):
    """f = SAELens's latents on every activation, some of which fire and some do not."""
    theirs = sae.encode(ACTIVATIONS)
    assert 0.1 < (theirs > 0).float().mean() < 0.9
    ours = features.of((ACTIVATIONS @ features.vectors.T).movedim(-1, 0)).movedim(0, -1)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("make", [standard, jumprelu, topk, gated])
def test_it_is_the_pre_activation(make):
    """What SAELens's hook before the nonlinearity sees, on every architecture."""
    sae, seen = make(apply_b_dec_to_input=True), []
    handle = sae.hook_sae_acts_pre.register_forward_hook(lambda *x: seen.append(x[-1]))
    sae.encode(ACTIVATIONS)
    handle.remove()
    rows, bias = affine(sae)
    assert rows.shape == (LATENTS, WIDTH) and bias.shape == (LATENTS,)
    torch.testing.assert_close(ACTIVATIONS @ rows.T + bias, seen[0], rtol=1e-4, atol=1e-5)


def test_an_affine_map_carries_no_gradient():
    """It is data from here on."""
    rows, bias = affine(standard().requires_grad_(True))
    assert not rows.requires_grad and not bias.requires_grad


@pytest.mark.parametrize("make", [standard, topk])
def test_a_dictionary_that_normalises_its_input_has_none(make):
    """What was found and what is valid, in place of wrong numbers."""
    with pytest.raises(LitmusError, match=r"found normalize_activations 'layer_norm'.*'none'"):
        affine(make(normalize_activations="layer_norm"))


@pytest.mark.parametrize(
    ("kind", "config"),
    [(AbsTopKSAE, AbsTopKSAEConfig), (MatchingPursuitSAE, MatchingPursuitSAEConfig)],
)
def test_latents_that_are_no_function_of_one_projection_have_none(kind, config):
    """They fire on both sides, or once others are taken away."""
    with pytest.raises(
        LitmusError, match=r"found architecture '\w+'.*feature: latent needs standard"
    ):
        affine(made(kind, config))
