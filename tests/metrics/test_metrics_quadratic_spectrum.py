"""The quadratic's coefficient against closed forms, and its error against doing it over."""

import pytest
import torch

from litmus.metrics.quadratic.spectrum import coefficient
from litmus.sampling.sgld import SGLD
from litmus.validation.quadratic import expected

OWNERS = torch.tensor([0, 0, 1, 3, 3, 3, 4])
SAMPLES = 6  # 2 and 5 own no row


def rows(count=7, weights=12, seed=0):
    """Gradients of tokens, float64 (count, weights)."""
    stream = torch.Generator().manual_seed(seed)
    return torch.randn(count, weights, generator=stream, dtype=torch.float64)


@pytest.mark.parametrize("weights", [3, 7, 50])
def test_it_is_that_of_the_operator_on_weights(weights):
    """J Jᵀ and Jᵀ J share what is not zero, whichever is the larger: ½ tr G(G + r)⁻¹ by inverse."""
    J = rows(weights=weights)
    G, ridge = J.mT @ J, 0.7
    direct = torch.trace(G @ torch.linalg.inv(G + ridge * torch.eye(weights).double())) / 2
    found = coefficient(J @ J.mT, OWNERS, SAMPLES, ridge).value
    assert found == pytest.approx(direct.item(), rel=1e-10)


def test_it_is_what_chains_of_small_steps_average_to():
    """On ½ Σ hᵢwᵢ², the exact mean of SGLD as ε → 0."""
    h = torch.tensor([0.001, 0.3, 2.0, 40.0, 40.0, 900.0, 5000.0], dtype=torch.float64)
    turned = torch.linalg.qr(rows(weights=7)).Q
    found = coefficient((turned * h) @ turned.mT, OWNERS, SAMPLES, 500.0 / 20.0).value
    assert found == pytest.approx(expected(h, SGLD(1e-15, 20.0, 500.0)), rel=1e-9)


def test_under_a_strong_pull_it_is_half_the_trace():
    """λ → tr K / (2·ridge) where the ridge is far above every eigenvalue."""
    K = rows() @ rows().mT
    assert coefficient(K, OWNERS, SAMPLES, 1e9).value == pytest.approx(K.trace().item() / 2e9)


@pytest.mark.parametrize("weights, rank", [(12, 7), (4, 4)])
def test_under_no_pull_it_is_half_the_rank(weights, rank):
    """Each direction that changes the feature counts one half, however little it does."""
    J = rows(weights=weights)
    assert coefficient(J @ J.mT, OWNERS, SAMPLES, 1e-9).value == pytest.approx(rank / 2)


@pytest.mark.parametrize("ridge", [0.01, 1.0, 100.0])
def test_the_error_is_the_jackknifes(ridge):
    """By leaving out each sample in turn, those without a row too, the mean over the others."""
    K = rows() @ rows().mT
    without = []
    for left in range(SAMPLES):
        kept = left != OWNERS
        h = torch.linalg.eigvalsh(K[kept][:, kept] * SAMPLES / (SAMPLES - 1))
        without.append((h / (h + ridge)).sum() / 2)
    spread = (torch.stack(without) - torch.stack(without).mean()).square().sum()
    direct = (spread * (SAMPLES - 1) / SAMPLES).sqrt()
    found = coefficient(K, OWNERS, SAMPLES, ridge).standard_error
    assert found == pytest.approx(direct.item(), rel=1e-8)


def test_the_error_is_the_spread_between_samples():
    """Over 300 draws of 30 samples of 0 to 4 rows: the standard deviation of λ, within a tenth."""
    stream = torch.Generator().manual_seed(5)
    scale = torch.logspace(0, -2, 40, dtype=torch.float64)
    values, errors = [], []
    for _ in range(300):
        owners = torch.arange(30).repeat_interleave(torch.randint(5, (30,), generator=stream))
        J = scale * torch.randn(len(owners), 40, generator=stream, dtype=torch.float64)
        found = coefficient(J @ J.mT / 30, owners, 30, 0.03)
        values.append(found.value)
        errors.append(found.standard_error**2)
    spread = torch.tensor(values).std().item()
    assert torch.tensor(errors).mean().sqrt().item() == pytest.approx(spread, rel=0.1)
