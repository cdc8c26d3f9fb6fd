"""What is said of cheap measures: a verdict follows from its intervals alone."""

import numpy as np
import pandas as pd
import pytest

from litmus.report import agreement
from litmus.study.compare import DELTAS

DEAR, CHEAP = "llc_functional_1sigma", "weight_sensitivity_0.003"
TITLES = {DEAR: "Functional LLC, 1σ", CHEAP: "Sensitivity"}


def row(low, high, scope="all"):
    """A row of `agreement.parquet`, nine tenths of whose numbers nobody reads here."""
    told = {"dear": DEAR, "cheap": CHEAP, "scope": scope, "n": 50, "excluded": 0}
    for name in ("rho", "reliability_dear", "reliability_cheap", "corrected", "both", "gap"):
        told |= {name: (low + high) / 2, f"{name}_low": low, f"{name}_high": high}
    return told | {"gap": np.nan, "gap_low": np.nan, "gap_high": np.nan}


NONE = pd.DataFrame(columns=DELTAS.names)


@pytest.mark.parametrize(
    "low, high, where",
    [(0.91, 0.99, "held"), (0.5, 0.89, "failed"), (0.85, 0.95, "undecided")],
)
def test_the_limit_decides(low, high, where):
    """Above .9, below, or on both sides of it."""
    told = agreement.verdicts(pd.DataFrame([row(low, high)]), NONE, [(DEAR, CHEAP)], TITLES)
    assert [name for name in told._fields if getattr(told, name)] == [where]


def test_less_agreement_within_groups_is_said():
    """Where the interval of the difference lies above zero, and only there."""
    for low, expected in ((0.02, 1), (-0.02, 0)):
        rows = [row(0.95, 0.99), row(0.92, 0.98, "within")]
        rows[1] |= {"gap": 0.05, "gap_low": low, "gap_high": 0.1}
        told = agreement.verdicts(pd.DataFrame(rows), NONE, [(DEAR, CHEAP)], TITLES)
        assert len([s for s in told.failed if "within groups than between" in s]) == expected


def test_a_delta_that_differs_says_who_separates_better():
    """A lower δ of the cheap measure is the better separation, and no agreement all the same."""
    columns = ["dear", "cheap", "control", "difference", "difference_low", "difference_high"]
    rows = [
        [DEAR, CHEAP, "isotropic", 0.1, 0.05, 0.2],
        [DEAR, CHEAP, "covariance", -0.1, -0.2, -0.05],
        [DEAR, CHEAP, "difference", 0.0, -0.1, 0.1],
        [DEAR, CHEAP, "matched", 0.01, -0.02, 0.04],
    ]
    none = pd.DataFrame([row(0.95, 0.99)]).iloc[:0]
    told = agreement.verdicts(none, pd.DataFrame(rows, columns=columns), [(DEAR, CHEAP)], TITLES)
    better, worse = told.failed
    assert "isotropic" in better and "better" in better
    assert "covariance" in worse and "worse" in worse
    assert "difference" in told.undecided[0]
    assert "matched" in told.held[0]
