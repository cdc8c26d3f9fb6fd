"""Which data points are ablated, against sorting; L1/L2 and medians by hand."""

import numpy as np
import pytest
import torch

from litmus.errors import LitmusError
from litmus.metrics.ablation.effect import median, sums
from litmus.metrics.ablation.settings import Ablation
from litmus.metrics.ablation.strongest import Chosen, peaks, sample, strongest


def test_l1_over_l2_by_hand():
    """Median 1 taken away, (0, 0, 0, −3, 4) has norms 7 and 5; a single change has ratio 1."""
    l1, l2 = sums(torch.tensor([[1.0, 1, 1, -2, 5], [0.5, 0.5, 9, 0.5, 0.5]]))
    torch.testing.assert_close(l1 / l2.sqrt(), torch.tensor([1.4, 1.0]))


def test_an_even_effect_has_the_root_of_its_size():
    """Half of the logits up, half down by as much: √n."""
    l1, l2 = sums(torch.tensor([[1.0, -1.0] * 8 + [0.0]]))
    assert float(l1 / l2.sqrt()) == pytest.approx(4)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 64, 1023, 1024, 1025])
def test_the_median_is_torchs(count):
    """Odd and even, with ties, on both sides of what is sorted in halves."""
    values = torch.randn(40, count, generator=torch.Generator().manual_seed(count))
    for each in (values, values.round(decimals=1)):
        torch.testing.assert_close(median(each), each.median(-1).values, rtol=0, atol=0)


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
