"""Each candidate against its own control."""

import numpy as np
import pytest
from scipy.stats import rankdata

from litmus.separation.paired import wilcoxon_p, win_share


def row(*values):
    """A row of floats."""
    return np.array(values, dtype=float)


def test_win_share_counts_ties_half():
    """Two wins, a tie and a loss are 2.5 of 4."""
    assert win_share(row(2, 2, 2, 2), row(1, 1, 2, 3)) == 0.625


def test_win_share_of_swapped_groups_is_the_rest():
    """What one does not win the other does."""
    ours, theirs = row(2, 2, 2, 2, 0), row(1, 1, 2, 3, 5)
    assert win_share(ours, theirs) + win_share(theirs, ours) == 1


def test_wilcoxon_by_hand():
    """Five wins of five: 2 of the 32 patterns of signs are as extreme."""
    assert wilcoxon_p(row(1, 2, 3, 4, 5), np.zeros(5)) == 2 / 32


def test_wilcoxon_agrees_with_every_pattern_of_signs():
    """p is the share of patterns whose rank sum lies at least as far from its mean."""
    differences = row(0.3, -1.1, 2.4, 0.9, -0.2, 1.7, 3.1)
    ranks = rankdata(abs(differences))
    signs = (np.arange(2**7)[:, None] >> np.arange(7)) & 1
    distance = abs(signs @ ranks - ranks.sum() / 2)
    observed = abs(ranks[differences > 0].sum() - ranks.sum() / 2)
    assert wilcoxon_p(differences, np.zeros(7)) == pytest.approx(np.mean(distance >= observed))


def test_pairs_without_a_difference_are_dropped():
    """Adding equal pairs leaves p as it was."""
    ours = np.arange(1.0, 61)
    theirs = ours - np.where(np.arange(60) % 3, 1, -1) * np.linspace(0.1, 1, 60)
    with_ties = np.append(ours, row(5, 6)), np.append(theirs, row(5, 6))
    assert wilcoxon_p(*with_ties) == pytest.approx(wilcoxon_p(ours, theirs))


def test_identical_pairs_have_p_one():
    """No difference at all is no evidence."""
    assert wilcoxon_p(row(1, 2, 3), row(1, 2, 3)) == 1


def test_rounding_is_no_difference():
    """Values that agree to one part in a million are ties; one in a thousand is a win."""
    control = row(1.0, 2.0, 4.0)
    assert win_share(control * (1 + 3e-8), control) == 0.5
    assert wilcoxon_p(control * (1 + 3e-8), control) == 1.0
    assert win_share(control * (1 + 1e-3), control) == 1.0
