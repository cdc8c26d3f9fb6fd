"""From losses token by token to one a chain."""

from dataclasses import replace

import pytest
import torch

from tiny_llc import SETTINGS


@pytest.mark.parametrize(
    "reduction, robust, expected",
    [
        ("sum", False, 4.5),
        ("mean", False, 1.5),
        ("sum", True, 1.7047481),
        ("mean", True, 0.9162907),
    ],
)
def test_a_reduction_by_hand(reduction, robust, expected):
    """Two sequences of three tokens: 1 + 2 + 3 and 0 + 1 + 2; the log is of their mean."""
    losses = torch.tensor([[[1.0, 2, 3], [0, 1, 2]]])
    settings = replace(SETTINGS, reduction=reduction, robust=robust)
    assert settings.reduced(losses).tolist() == pytest.approx([expected])


def test_the_log_keeps_the_sign():
    """log(1 + L) above zero, −log(1 − L) below, and a slope of 1 between them."""
    losses = torch.tensor([-3.0, -1e-6, 0.0, 1e-6, 3.0], dtype=torch.float64).requires_grad_()
    robust = SETTINGS.reduced(losses.view(5, 1, 1))
    expected = torch.tensor([-1.3862943611, -1e-6, 0, 1e-6, 1.3862943611]).double()
    torch.testing.assert_close(robust, expected, rtol=1e-6, atol=1e-12)
    (slope,) = torch.autograd.grad(robust.sum(), losses)
    torch.testing.assert_close(
        slope, torch.tensor([0.25, 1, 1, 1, 0.25]).double(), rtol=1e-5, atol=0
    )
    assert SETTINGS.reduced(torch.full((1, 1), torch.nan)).isnan()
