"""`validation.parquet`: one row a measured case, and what makes it pass."""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from litmus.sampling.diagnostics import Health
from litmus.validation.plans import Plan

SHARE = 0.15
"""A network passes within this share of the truth."""
ERRORS = 3
"""A quadratic passes within so many standard errors of the truth."""

SCHEMA = pa.schema(
    [
        ("family", pa.string()),
        ("case", pa.string()),
        ("truth", pa.float64()),
        ("estimate", pa.float64()),
        ("standard_error", pa.float64()),
        ("tolerance", pa.float64()),
        ("passed", pa.bool_()),
        ("criterion", pa.string()),
        ("predicted", pa.float64()),
        ("multiplicity", pa.int32()),
        ("parameters", pa.int32()),
        ("learning_rate", pa.float64()),
        ("localization", pa.float64()),
        ("n_beta", pa.float64()),
        ("chains", pa.int32()),
        ("burn_in", pa.int32()),
        ("steps", pa.int32()),
        ("rhat", pa.float64()),
        ("ess", pa.float64()),
        ("status", pa.string()),
    ]
)


class Known(NamedTuple):
    """A case and what is known of it."""

    family: str
    """`quadratic` or `linear network`."""
    case: str
    truth: float
    """What λ̂ is held against: the exact mean (quadratic), λ (linear network)."""
    predicted: float
    """What λ̂ should be at this nβ, γ and ε, to leading order around w*."""
    multiplicity: int
    parameters: int


def row(known: Known, plan: Plan, chains: int, health: Health) -> dict[str, object]:
    """A measured case: λ̂ = nβ·(mean loss), whether it passes and by which criterion.

    A quadratic must lie within three standard errors. A network must lie within 15 % of λ, or,
    where nβ is too small for that, within the error predicted for this nβ plus three standard
    errors. Chains that diverged or did not converge pass nothing.
    """
    n_beta = plan.sampler.n_beta
    estimate, error = n_beta * health.mean, n_beta * health.standard_error
    if known.family == "quadratic":
        tolerance, criterion = ERRORS * error, f"{ERRORS} standard errors"
    else:
        finite = abs(known.predicted - known.truth) + ERRORS * error
        share = SHARE * known.truth
        wide = finite > share
        tolerance, criterion = (finite, "finite nβ") if wide else (share, f"{100 * SHARE:.0f} %")
    return {
        **known._asdict(),
        "estimate": estimate,
        "standard_error": error,
        "tolerance": tolerance,
        "passed": health.status == "ok" and abs(estimate - known.truth) <= tolerance,
        "criterion": criterion,
        "learning_rate": plan.sampler.learning_rate,
        "localization": plan.sampler.localization,
        "n_beta": n_beta,
        "chains": chains,
        "burn_in": plan.burn_in,
        "steps": plan.steps,
        "rhat": health.rhat,
        "ess": health.ess,
        "status": health.status,
    }


def table(rows: Iterable[dict[str, object]]) -> pa.Table:
    """Rows in the contract's columns."""
    return pa.Table.from_pylist(list(rows), SCHEMA)


def largest(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows at each case's largest nβ, in the order of the cases."""
    return rows.loc[rows.groupby(["family", "case"], sort=False)["n_beta"].idxmax()]
