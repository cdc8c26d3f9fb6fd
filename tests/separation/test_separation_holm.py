"""Holm's correction."""

import numpy as np
import pytest

from litmus.separation.holm import holm


def row(*values):
    """A row of floats."""
    return np.array(values, dtype=float)


def test_holm_by_hand():
    """.01·3 = .03, .02·2 = .04, and .03·1 = .03 is raised to .04."""
    np.testing.assert_allclose(holm(row(0.03, 0.01, 0.02)), [0.04, 0.03, 0.04])


def test_holm_agrees_with_statsmodels():
    """The same as multipletests, ties and large p included."""
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = np.random.default_rng(0).choice([1e-4, 0.003, 0.02, 0.3, 0.9], size=28)
    np.testing.assert_allclose(holm(p), multitest.multipletests(p, method="holm")[1])


def test_holm_leaves_out_tests_that_were_not_made():
    """NaN stays NaN and does not count as a test."""
    np.testing.assert_allclose(holm(row(np.nan, 0.01, np.nan, 0.5)), [np.nan, 0.02, np.nan, 0.5])


def test_holm_of_nothing():
    """No test, no p; only NaN, only NaN."""
    assert holm(row()).shape == (0,)
    assert np.isnan(holm(row(np.nan))).all()
