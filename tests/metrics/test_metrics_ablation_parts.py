"""Which data points are ablated, against sorting; L1/L2 by hand, medians by sorting."""

import numpy as np
import pytest
import torch

from litmus.errors import LitmusError
from litmus.metrics.ablation.moved import lower_half, norms, risen
from litmus.metrics.ablation.settings import Ablation
from litmus.metrics.ablation.strongest import Chosen, peaks, sample, strongest


def of(*rows):
    """L1 and L2 of rows, from which a constant may be missing."""
    moved = torch.tensor(rows, dtype=torch.float64)
    moved -= moved.mean(1, keepdim=True)
    l1, squares = norms(moved, moved.abs().amax(1) * 1.5)
    return l1, squares.sqrt()


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
        half = lower_half(each.clone()).sort().values
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
            found = norms(moved.float(), slack * moved.float().abs().amax(1))
            for one, other in zip(found, expected, strict=True):
                torch.testing.assert_close(one.double(), other, rtol=3e-6, atol=0)


def test_the_partition_function_rises_as_spelled_out():
    """log Σ p·exp(x), of each token against its own row."""
    source = torch.Generator().manual_seed(0)
    moved, logits = (torch.randn(6, 50, generator=source, dtype=torch.float64) for _ in range(2))
    rows, logs = torch.tensor([0, 0, 3, 2, 5, 0]), logits.log_softmax(-1)
    found = risen(moved, logs, rows, torch.empty_like(moved))
    expected = (logs.exp()[rows] * moved.exp()).sum(-1).log()
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("size", [90.0, 300.0, -300.0])
def test_a_rise_beyond_what_a_float_can_hold_is_still_right(size):
    """All logits moved by so much, and one that was as good as impossible."""
    logs = torch.full((1, 40), -500.0)
    logs[0, 3] = 0
    moved = torch.full((2, 40), size)
    moved[1, 7] += 510
    found = risen(moved, logs, torch.zeros(2, dtype=torch.int64), torch.empty_like(moved))
    assert found.tolist() == pytest.approx([size, size + 10.0000454])


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
