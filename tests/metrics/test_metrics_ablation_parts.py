"""Which data points are ablated; KL, L1/L2 and medians of a change, by hand, torch and sorting."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import kl_div

import tiny
from litmus.blocks import Blocks
from litmus.errors import LitmusError
from litmus.metrics.ablation.forward import ForwardBlocks
from litmus.metrics.ablation.moved import divergence, far_divergence, lower_half, norms
from litmus.metrics.ablation.settings import Ablation
from litmus.metrics.ablation.strongest import Chosen, peaks, sample, strongest


def both(moved, slack=1.5):
    """L1 and the sum of squares, by `norms`."""
    found = moved.new_empty(2, len(moved))
    norms(moved.clone(), moved.abs().amax(1) * slack, torch.empty_like(moved), *found)
    return found


def of(*rows):
    """L1 and L2 of rows, from which a constant may be missing."""
    moved = torch.tensor(rows, dtype=torch.float64)
    l1, squares = both(moved - moved.mean(1, keepdim=True))
    return l1, squares.sqrt()


def kl(moved, p):
    """By `divergence`."""
    found = moved.new_empty(len(moved))
    divergence(moved, p, torch.empty_like(moved), found)
    return found


def test_l1_over_l2_by_hand():
    """Median 1 taken away, (0, 0, 0, −3, 4) has norms 7 and 5; a single change has ratio 1."""
    l1, l2 = of([1.0, 1, 1, -2, 5], [0.5, 0.5, 9, 0.5, 0.5])
    torch.testing.assert_close(l1, torch.tensor([7, 8.5]).double())
    torch.testing.assert_close(l2, torch.tensor([5, 8.5]).double())


def test_of_two_numbers_in_the_middle_the_median_is_the_lower():
    """Of (0, 1, 3, 10) it is 1: sizes 1, 0, 2, 9."""
    l1, l2 = of([10.0, 0, 3, 1])
    torch.testing.assert_close(torch.stack([l1, l2**2]), torch.tensor([[12.0], [86.0]]).double())


def test_an_even_effect_has_the_root_of_its_size():
    """Half of the logits up, half down by as much: √n."""
    l1, l2 = of([1.0, -1.0] * 8 + [0.0])
    assert float(l1 / l2) == pytest.approx(4)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 64, 1023, 1024, 1025, 5000])
def test_the_lower_half_is_what_sorting_puts_first(count):
    """Odd and even, with ties, sorted in halves or partitioned."""
    values = torch.rand(40, count, generator=torch.Generator().manual_seed(count))
    for each in (values, values.round(decimals=1)):
        half = lower_half(each.clone(), torch.empty_like(each)).sort().values
        expected = each.sort().values[:, : (count + 1) // 2]
        torch.testing.assert_close(half, expected, rtol=0, atol=0)
        torch.testing.assert_close(half[:, -1], each.median(-1).values, rtol=0, atol=0)


@pytest.mark.parametrize("count", [7, 1024, 3000])
def test_norms_in_float32_are_those_in_float64(count):
    """By torch's median, to rounding; with a median far from the mean, and whatever the bound."""
    source = torch.Generator().manual_seed(count)
    for power in (1, 3):
        moved = torch.randn(50, count, generator=source, dtype=torch.float64) ** power
        moved[:, : count // 3] += 1
        moved -= moved.mean(1, keepdim=True)
        apart = moved - moved.median(1, keepdim=True).values
        expected = apart.abs().sum(1), apart.square().sum(1)
        for slack in (1, 10):
            for one, other in zip(both(moved.float(), slack), expected, strict=True):
                torch.testing.assert_close(one.double(), other, rtol=3e-6, atol=0)


def test_the_divergence_is_torchs_from_the_change_of_the_logits_alone():
    """Near or far: KL(p ‖ q) of two softmaxes, by `kl_div`."""
    source = torch.Generator().manual_seed(0)
    moved, logits = (torch.randn(6, 50, generator=source, dtype=torch.float64) for _ in range(2))
    before, after = logits.log_softmax(-1), (logits + moved).log_softmax(-1)
    expected = kl_div(after, before, reduction="none", log_target=True).sum(-1)
    for found in (kl(moved, before.exp()), far_divergence(moved, before)):
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)


def test_a_small_divergence_keeps_its_digits_in_float32():
    """One of 1e-4 nats, to the rounding of a sum of probabilities."""
    source = torch.Generator().manual_seed(0)
    moved, logits = (torch.randn(200, 1000, generator=source).double() for _ in range(2))
    moved, p = 0.014 * moved, logits.softmax(-1)
    exact, found = kl(moved, p), kl(moved.float(), p.float())
    assert float(exact.mean()) == pytest.approx(1e-4, rel=0.1)
    torch.testing.assert_close(found.double(), exact, rtol=0, atol=3e-7)


def test_a_token_that_was_as_good_as_impossible_may_come_back():
    """Of log p = −500, in float32, raised by 510: the other then has e⁻¹⁰ of its odds."""
    logs, moved = torch.tensor([[0.0, -500.0]]), torch.tensor([[0.0, 510.0]])
    found = far_divergence(moved, logs)
    assert float(found) == pytest.approx(10 + np.log1p(np.exp(-10)))


def test_the_strongest_are_those_that_sorting_puts_first():
    """By peak, ties by index, for many ties."""
    found = np.random.default_rng(0).integers(0, 4, (30, 3)).astype(float)
    for direction in range(3):
        order = sorted(range(30), key=lambda i: (-found[i, direction], i))
        assert strongest(found, 11)[:, direction].tolist() == order[:11]


def test_a_peak_is_the_largest_size_of_the_activation_over_the_ablated_tokens():
    """Of either sign; with tokens `last` no other token counts."""
    projections = np.array([[[1.0], [-5.0], [2.0]], [[3.0], [0.0], [-4.0]]])
    assert peaks(iter([projections[:1], projections[1:]]), "all").tolist() == [[5], [4]]
    assert peaks(iter([projections]), "last").tolist() == [[2], [4]]


def test_more_data_points_than_there_are_is_a_mistake():
    """The sentence names the key, and what would be valid."""
    with pytest.raises(LitmusError, match=r"metrics\.ablation\.strongest: found 31; valid: at mo"):
        strongest(np.zeros((30, 1)), 31)


def test_all_data_points_are_the_same_for_every_chunk_and_change_with_the_seed():
    """At most as many as there are, without repetition."""
    assert sample(30, 8, 0).tolist() == sample(30, 8, 0).tolist() != sample(30, 8, 1).tolist()
    assert sample(5, 8, 0).tolist() == [0, 1, 2, 3, 4]


def test_without_all_no_other_sequence_runs():
    """The k strongest of each direction are all that is wanted."""
    found = np.random.default_rng(0).random((24, 5))
    settings = Ablation(["zero"], ["kl"], [1, 3], "logits", "all", 8, 64)
    chosen = Chosen(found, settings, 0)
    assert chosen.wanted.sum(0).tolist() == [3] * 5


@pytest.mark.parametrize("normalization", ["LN", "LNPre", "RMS", "RMSPre"])
def test_a_normalisation_without_gradients_is_the_same_function(normalization):
    """In float32, on a stream with a mean."""
    architecture = replace(tiny.subject()[0], normalization=normalization)
    x = 3 + 2 * torch.randn(1, 40, 8, generator=torch.Generator().manual_seed(0))
    found, expected = (of(architecture).unscaled(x) for of in (ForwardBlocks, Blocks))
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)
