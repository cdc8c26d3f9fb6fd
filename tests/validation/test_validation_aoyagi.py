"""Aoyagi's formula: the table by hand, two independent formulas, and the Hessian."""

from fractions import Fraction
from itertools import product

import pytest

from litmus.validation import linear_network
from litmus.validation.aoyagi import learning
from litmus.validation.cases import NETWORKS

# (widths, rank): (λ, multiplicity)
TABLE = {
    ((2, 2, 2), 0): ("3/2", 1),
    ((2, 2, 2), 1): ("2", 2),
    ((2, 2, 2), 2): ("2", 1),
    ((5, 3, 5), 0): ("13/2", 2),
    ((5, 3, 5), 3): ("21/2", 1),
    ((5, 4, 5), 0): ("8", 1),
    ((8, 3, 4), 0): ("6", 1),
    ((4, 4, 4), 2): ("15/2", 1),
    ((3, 3, 3, 3), 0): ("3", 1),
    ((3, 3, 3, 3), 1): ("4", 3),
    ((3, 3, 3, 3), 2): ("9/2", 3),
    ((4, 2, 4, 2, 4), 1): ("4", 1),
    ((10, 10, 10), 5): ("47", 2),
    ((10, 10, 10, 10), 5): ("46", 3),
    ((20, 20, 20, 20, 20), 10): ("363/2", 5),
}


def reduced_rank(outputs, inputs, hidden, rank):
    """λ and multiplicity for one hidden layer: Aoyagi & Watanabe (2005), in their four cases."""
    m, n, h, r = outputs, inputs, hidden, rank
    if n + r <= m + h and m + r <= n + h and h + r <= m + n:
        value = Fraction(-((h + r) ** 2) - m**2 - n**2 + 2 * (h + r) * (m + n) + 2 * m * n, 8)
        odd = (m + n + h + r) % 2
        return (value + Fraction(1, 8), 2) if odd else (value, 1)
    if m + h < n + r:
        return Fraction(h * m - h * r + n * r, 2), 1
    if n + h < m + r:
        return Fraction(h * n - h * r + m * r, 2), 1
    return Fraction(m * n, 2), 1


@pytest.mark.parametrize("case", TABLE, ids=str)
def test_the_table(case):
    """Every row, worked by hand from the formula."""
    value, multiplicity = TABLE[case]
    assert learning(*case) == (Fraction(value), multiplicity)


def test_the_table_is_what_is_sampled():
    """Every case of the command stands in the table, and the other way round."""
    assert {(widths, rank) for widths, ranks in NETWORKS.items() for rank in ranks} == set(TABLE)


def test_one_hidden_layer_is_reduced_rank_regression():
    """λ and multiplicity equal Aoyagi and Watanabe's for all widths up to seven."""
    for n, h, m in product(range(1, 8), repeat=3):
        for rank in range(min(n, h, m) + 1):
            assert learning((n, h, m), rank) == reduced_rank(m, n, h, rank)


def test_one_layer_is_regular():
    """Without a hidden layer λ is half the number of parameters."""
    assert learning((4, 7), 3) == (Fraction(28, 2), 1)


def test_it_is_half_the_rank_of_the_hessian_at_the_point():
    """At w* of every network of two or three layers up to width four, and of the table."""
    small = [w for n in (3, 4) for w in product(range(1, 5), repeat=n)]
    cases = [(widths, rank) for widths in small for rank in range(min(widths) + 1)]
    for widths, rank in [*cases, *TABLE]:
        curvatures = linear_network.curvatures(linear_network.point(widths, rank))
        assert Fraction(int((curvatures > 0).sum()), 2) == learning(widths, rank).coefficient


def test_the_order_of_the_widths_does_not_matter_inside():
    """Hidden layers may be swapped, and the network may be transposed."""
    assert learning((5, 2, 4, 3), 1) == learning((5, 4, 2, 3), 1) == learning((3, 4, 2, 5), 1)


@pytest.mark.parametrize("widths, rank", [((3, 2, 3), 3), ((3, 2, 3), -1), ((3,), 0)])
def test_impossible_networks_are_refused(widths, rank):
    """A rank above the narrowest width, a negative one, a single width."""
    with pytest.raises(ValueError, match="expected"):
        learning(widths, rank)
