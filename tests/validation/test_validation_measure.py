"""Short runs of the command's cases, its settings and what makes a row pass."""

import math

import pandas as pd
import pytest
import torch

from litmus import tables
from litmus.sampling.diagnostics import Health
from litmus.sampling.sgld import SGLD
from litmus.validation import measure, plans, quadratic, rows
from litmus.validation.cases import JOBS, NETWORKS, QUADRATICS, RESOLUTIONS
from litmus.validation.linear_network import scale

PLAN = plans.Plan(SGLD(1e-3, 100.0, 5.0), burn_in=10, steps=50)


def network(truth, predicted):
    """What is known of a network."""
    return rows.Known("linear network", "2-2-2, rank 0", truth, predicted, 1, 8)


def healthy(estimate, error, status="ok"):
    """Chains at nβ = 100 that estimate λ̂ = `estimate` ± `error`."""
    return Health(estimate / 100, error / 100, 1.0, 500.0, status)


@pytest.fixture(autouse=True)
def one_thread():
    """Matrices this small gain nothing from more."""
    torch.set_num_threads(1)


def test_the_quadratics_mean_by_hand():
    """h = 1 and 3, nβ = 10, γ = 10, ε = .02: ½·(½/.9) + ½·(¾/.8); flat directions add nothing."""
    sampler = SGLD(0.02, 10.0, 10.0)
    expected = 0.5 * 0.5 / 0.9 + 0.5 * 0.75 / 0.8
    assert quadratic.expected(torch.tensor([1.0, 3.0, 0.0]), sampler) == pytest.approx(expected)


def test_a_flat_direction_without_pull_adds_nothing():
    """h = γ = 0 is not NaN."""
    assert quadratic.expected(torch.tensor([1.0, 0.0]), SGLD(1e-9, 1.0, 0.0)) == pytest.approx(0.5)


@pytest.mark.parametrize("case", [QUADRATICS[1], QUADRATICS[3], QUADRATICS[8]], ids=str)
def test_quadratics_in_short(case):
    """Three of the command's quadratics lie within three standard errors of the exact value."""
    row = measure.quadratics_row(case, 0, lambda: None)
    assert row["standard_error"] < 0.005 * row["truth"], "too blunt to tell"
    assert row["passed"], row


@pytest.mark.parametrize("widths", [(2, 2, 2), (5, 3, 5), (3, 3, 3, 3)])
def test_networks_in_short(widths):
    """At a middling nβ every rank lies within 15 %, or within what that nβ predicts."""
    for row in measure.network_rows(widths, NETWORKS[widths], 20.0, seed=0, plan=short(widths)):
        assert row["passed"], row
        assert row["standard_error"] < 0.06 * row["truth"], "too blunt to tell"


def short(widths):
    """The rule's plan at nβ·h/γ = 20, with 2500 draws."""
    plan = plans.for_network(widths, 20.0)
    return plan._replace(steps=plan.burn_in + 2500)


def test_a_rank_does_not_depend_on_its_neighbours():
    """Its row is the same alone and in a stack."""
    plan = plans.for_network((2, 2, 2), 3.0)._replace(burn_in=10, steps=60)
    together = measure.network_rows((2, 2, 2), (0, 1, 2), 3.0, 0, plan=plan)
    alone = measure.network_rows((2, 2, 2), (1,), 3.0, 0, plan=plan)
    assert alone == together[1:2]


@pytest.mark.parametrize("widths", NETWORKS, ids=str)
@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_the_rule_keeps_its_promises(widths, resolution):
    """Step, pull and temperature as stated, and draws enough."""
    (step, n_beta, pull), burn_in, steps = unpacked(plans.for_network(widths, resolution))
    curvature = 2 * scale(widths)
    assert step * (n_beta * (len(widths) - 1) * curvature + pull) == pytest.approx(plans.STEP)
    assert n_beta * curvature / pull == pytest.approx(resolution)
    assert 2 * math.sqrt(max(widths) / pull) == pytest.approx(plans.REACH)
    assert burn_in >= 4 / (step * pull) and steps - burn_in >= plans.LEAST_DRAWS


def unpacked(plan):
    """((ε, nβ, γ), burn-in, steps)."""
    sampler = plan.sampler
    return (
        (sampler.learning_rate, sampler.n_beta, sampler.localization),
        plan.burn_in,
        plan.steps,
    )


@pytest.mark.parametrize(
    "estimate, predicted, criterion, passed",
    [
        (8.6, 9.9, "15 %", True),
        (8.4, 9.9, "15 %", False),
        (7.8, 8.0, "finite nβ", True),
        (7.6, 8.0, "finite nβ", False),
        (12.2, 8.0, "finite nβ", True),
    ],
)
def test_what_a_network_is_held_to(estimate, predicted, criterion, passed):
    """λ = 10 ± .1: within 1.5, or within the predicted error and .3."""
    row = rows.row(network(10.0, predicted), PLAN, 4, healthy(estimate, 0.1))
    assert (row["criterion"], row["passed"]) == (criterion, passed)


@pytest.mark.parametrize("status", ["diverged", "not_converged"])
def test_unhealthy_chains_pass_nothing(status):
    """However near the value is."""
    assert not rows.row(network(10.0, 10.0), PLAN, 4, healthy(10.0, 0.1, status))["passed"]
    spoiled = Health(math.nan, math.nan, math.nan, 0.0, "diverged")
    assert not rows.row(network(10.0, 10.0), PLAN, 4, spoiled)["passed"]


def test_a_quadratic_is_held_to_three_standard_errors():
    """Truth 10, ± .1: 10.29 passes and 10.31 does not."""
    known = rows.Known("quadratic", "q", 10.0, 10.0, 1, 400)
    verdicts = [rows.row(known, PLAN, 8, healthy(x, 0.1))["passed"] for x in (10.29, 10.31)]
    assert verdicts == [True, False]


def test_the_table_keeps_its_columns(tmp_path):
    """Written and read again, with the columns that others rely on."""
    found = [rows.row(network(10.0, 9.9), PLAN, 4, healthy(8.6, 0.1))]
    tables.write(rows.table(found), tmp_path / "v.parquet")
    read = tables.read(tmp_path / "v.parquet").to_pandas()
    wanted = {"case", "truth", "estimate", "standard_error", "tolerance", "passed"}
    assert wanted < set(read.columns)
    assert read.loc[0, "tolerance"] == pytest.approx(1.5)


def test_the_row_that_counts_has_the_largest_n_beta():
    """One a case, in the order of the cases."""
    frame = pd.DataFrame({"family": "f", "case": ["b", "b", "a"], "n_beta": [1.0, 9.0, 4.0]})
    assert rows.largest(frame).index.tolist() == [1, 2]


def test_steps_are_counted_before_they_are_run():
    """`length` is what the plans add up to, for every job."""
    assert measure.length(None) == sum(plans.for_quadratic(case).steps for case in QUADRATICS)
    assert all(measure.length(widths) > 0 for widths in JOBS.values())
