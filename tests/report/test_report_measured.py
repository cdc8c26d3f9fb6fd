"""What a run measured where a source published a value: each number from tables made by hand."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from litmus import tables as parquet
from litmus.report.measured import measured
from litmus.report.published import line
from synthetic_published import row, run, scores


def test_a_mean_is_held_against_both_standard_errors():
    """Ours 2 ± 1/√3 of {1, 2, 3}, theirs 5 ± 2/√4: 3 apart is 3/√(4/3) standard errors."""
    one = measured(row("mean", 5.0, metric="m", group="g", uncertainty=2.0, n=4.0),
                   run(scores("m", [1.0, 2.0, 3.0])))  # fmt: skip
    assert one.value == pytest.approx(2)
    assert one.error == pytest.approx(1 / math.sqrt(3))
    assert one.apart == pytest.approx(-3 / math.sqrt(4 / 3))


def test_without_a_published_error_there_is_no_distance():
    """A read-off number says nothing of how far it may be off."""
    one = measured(row("mean", 5.0, metric="m", group="g"), run(scores("m", [1.0, 2.0, 3.0])))
    assert one.value == 2 and math.isnan(one.apart)


def test_the_error_of_a_deviation_is_a_gaussians_on_a_gaussian():
    """σ/√(2n), and so is the published one; on two values alike far apart it nearly vanishes."""
    drawn = np.random.default_rng(0).normal(0, 3, 20_000)
    wanted = row("std", 3.0, metric="m", group="g", n=20_001.0)
    one = measured(wanted, run(scores("m", drawn)))
    assert one.error == pytest.approx(3 / math.sqrt(40_000), rel=0.03)
    both = math.hypot(one.error, 3 / math.sqrt(40_000))
    assert one.apart == pytest.approx((one.value - 3) / both)
    even = measured(wanted, run(scores("m", [-1.0, 1.0] * 500)))
    assert even.error < 1e-3


def test_what_failed_is_left_out_and_counted():
    """A censored score counts, one that diverged does not."""
    parts = [scores("m", [4.0, 6.0]), scores("m", [5.0], status="censored")]
    parts += [scores("m", [99.0, np.nan], status="diverged")]
    one = measured(row("mean", 5.0, metric="m", group="g"), run(*parts))
    assert (one.value, one.excluded) == (5, 2)


def test_a_percentage_scales_what_is_measured():
    """δ = .012 (.004 to .02) is 1.2 %, with its interval; .4 % lies at its edge, inside."""
    held = {"metric": "m", "control": "c", "delta": 0.012, "delta_low": 0.004, "delta_high": 0.02}
    tables = run(separation=[held | {"excluded_candidate": 2, "excluded_control": 1}])
    wanted = row("delta", 0.5, metric="m", group="sae", control="c", unit="%")
    one = measured(wanted, tables)
    assert (one.value, one.low, one.high) == pytest.approx((1.2, 0.4, 2.0))
    shown = line(wanted, one)
    assert (shown.published, shown.measured) == ("0.5\u00a0%", "1.20\u00a0%")
    assert shown.uncertainty == "0.400 to 2.00, 3 left out"
    assert (shown.difference, shown.apart) == ("+0.700", "inside our interval")
    assert line(wanted._replace(value=2.1), one).apart == "outside our interval"


def test_a_correlation_is_held_against_the_published_one_by_fishers_test():
    """atanh r − atanh ρ over √(1/(n − 3) + 1/(m − 3)), r as NumPy has it."""
    drawn = np.random.default_rng(0).normal(size=(2, 40))
    tables = run(scores("a", drawn[0]), scores("b", drawn[0] + drawn[1]))
    one = measured(row("pearson", 0.3, metric="a ~ b", group="g", n=53.0), tables)
    r = np.corrcoef(drawn[0], drawn[0] + drawn[1])[0, 1]
    assert one.value == pytest.approx(r)
    assert one.low < r < one.high
    gap = np.arctanh(r) - np.arctanh(0.3)
    assert one.apart == pytest.approx(gap / math.sqrt(1 / 37 + 1 / 50))


def test_below_the_medians_are_those_below_both():
    """Of ten pairs, the five low ones lie on a falling line, all ten on a rising one."""
    x, y = np.arange(10.0), np.array([4.0, 3, 2, 1, 0, 5, 6, 7, 8, 9])
    tables = run(scores("a", y), scores("b", x))
    all_, below = (
        measured(row(quantity, 0.0, metric="a ~ b", group="g"), tables)
        for quantity in ("pearson", "pearson_below_median")
    )
    assert all_.value > 0
    assert below.value == pytest.approx(-1)


def test_a_plateau_is_the_mean_over_bases(tmp_path):
    """Two bases of mean 30 and 50: 40 ± 10, whatever other kinds and modes are there."""
    sizes = pd.DataFrame(
        {"kind": ["real"] * 4 + ["random"], "mode": ["sphere"] * 4 + ["sphere"],
         "base": [0, 0, 1, 1, 0], "line": [0, 1, 0, 1, 0],
         "size": [20.0, 40.0, 50.0, 50.0, 5.0], "reached": True}
    )  # fmt: skip
    path = tmp_path / "bases_sizes.parquet"
    parquet.write(pa.Table.from_pandas(sizes, preserve_index=False), path)
    wanted = row("plateau_size", 35.0, metric="bases/sphere", group="real", unit="°")
    one = measured(wanted, run()._replace(plateaus=[path]))
    assert (one.value, one.error) == pytest.approx((40, 10))
    assert line(wanted, one).measured == "40 ± 10°"
    straight = measured(wanted._replace(metric="bases/straight"), run()._replace(plateaus=[path]))
    assert straight.why == "no real in mode straight"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"quantity": "mean", "metric": "k", "group": "g"}, "not run"),
        ({"quantity": "mean", "metric": "m", "group": "h"}, "no group h"),
        ({"quantity": "std", "metric": "one", "group": "g"}, "1 usable of 1"),
        ({"quantity": "delta", "metric": "m", "group": "sae", "control": "c"}, "not run"),
        ({"quantity": "pearson", "metric": "m ~ k", "group": "g"}, "not run: k"),
        ({"quantity": "pearson", "metric": "m ~ one", "group": "g"}, "1 usable pairs of g"),
        ({"quantity": "plateau_size", "metric": "bases/sphere", "group": "real"}, "not run"),
    ],
)
def test_what_was_not_measured_says_why(given, why):
    """And shows no number."""
    wanted = row(**given, value=1.0)
    one = measured(wanted, run(scores("m", [1.0, 2.0]), scores("one", [1.0])))
    assert one.why == why
    shown = line(wanted, one)
    assert (shown.measured, shown.uncertainty, shown.difference, shown.apart) == (
        "–",
        why,
        "–",
        "–",
    )


def test_delta_is_the_candidates_against_that_control_alone():
    """A group that is no candidate here, or a control that was not drawn, gives none."""
    held = {"metric": "m", "control": "c", "delta": 0.1, "delta_low": 0, "delta_high": 0.2}
    tables = run(separation=[held | {"excluded_candidate": 0, "excluded_control": 0}])
    for group, control in (("file", "c"), ("sae", "d")):
        wanted = row("delta", 0.1, metric="m", group=group, control=control)
        assert measured(wanted, tables).why == f"{group} not held against {control}"
