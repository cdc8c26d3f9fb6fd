"""What the chains say about themselves."""

import numpy as np
import pandas as pd
import pytest

from litmus.figures.chains import COLUMNS, summarise


def _traces(losses):
    """Traces of one direction from losses of shape (chains, steps)."""
    losses = np.asarray(losses, float)
    chain, step = np.indices(losses.shape)
    return pd.DataFrame(
        {
            "direction": "sae/00000",
            "group": "sae",
            "chain": chain.ravel(),
            "step": step.ravel(),
            "loss": losses.ravel(),
        }
    )


def test_burn_in_is_left_out():
    """Steps before the burn-in's end change nothing."""
    calm = np.random.default_rng(0).normal(size=(3, 20))
    wild = calm.copy()
    wild[:, :8] = 1e6
    pd.testing.assert_frame_equal(summarise(_traces(calm), 8), summarise(_traces(wild), 8))


def test_drift_is_the_halves_difference_in_standard_deviations():
    """Draws −1, 1, 3, 5: halves 0 and 4, variance 5, drift 4/√5."""
    row = summarise(_traces([[9, -1, 1, 3, 5], [9, -1, 1, 3, 5]]), 1).iloc[0]
    assert (row["first_half"], row["second_half"]) == (0, 4)
    assert row["drift"] == pytest.approx(4 / np.sqrt(5))


def test_chains_that_disagree_have_a_high_rhat():
    """Two chains around different levels are told from two around one."""
    noise = np.random.default_rng(1).normal(size=(2, 40))
    together = summarise(_traces(noise), 0)["rhat"].iloc[0]
    apart = summarise(_traces(noise + np.array([[0], [9]])), 0)["rhat"].iloc[0]
    assert together < 1.1 < 1.5 < apart


def test_a_diverged_chain_has_no_number():
    """One draw that is not finite makes everything NaN, not a number of the rest."""
    losses = np.ones((2, 10))
    losses[1, 9] = np.inf
    row = summarise(_traces(losses), 2).iloc[0]
    assert np.isnan([row["rhat"], row["drift"]]).all()


@pytest.mark.parametrize("burn_in", [10, 99])
def test_no_draws_give_no_rows(burn_in):
    """A burn-in as long as the chains leaves an empty table with its columns."""
    table = summarise(_traces(np.ones((2, 10))), burn_in)
    assert table.empty
    assert tuple(table.columns) == COLUMNS
