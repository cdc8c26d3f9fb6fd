"""Nonlinearities of neurons against TransformerLens's."""

import pytest
import torch
from transformer_lens.utilities.activation_functions import SUPPORTED_ACTIVATIONS

from litmus.errors import LitmusError
from litmus.neurons import ACTIVATIONS, GELU, activation

X = torch.linspace(-8, 8, 321, dtype=torch.float64)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_it_is_transformer_lenss(name):
    """Values and slopes; gelu_fast has eleven digits of √(2/π)."""
    x = X.clone().requires_grad_()
    ours, theirs = activation(name)(x), SUPPORTED_ACTIVATIONS[name](x)
    torch.testing.assert_close(ours, theirs, atol=1e-9, rtol=1e-9)
    slopes = [torch.autograd.grad(y.sum(), x)[0] for y in (ours, theirs)]
    torch.testing.assert_close(*slopes, atol=1e-9, rtol=1e-9)


def test_gelus_slope_is_that_of_finite_differences():
    """Written by hand, so compared with itself too."""
    assert torch.autograd.gradcheck(GELU.apply, X[::8].clone().requires_grad_())


def test_an_unknown_name():
    """What was found, and what is valid."""
    with pytest.raises(LitmusError, match=r"'solu'; valid: gelu_new, .*silu, relu"):
        activation("solu")
