"""The tables that metrics write."""

import math

import numpy as np
import pytest
import torch

from litmus import tables
from litmus.directions.table import Directions
from litmus.metrics import scores
from litmus.metrics.llc.estimate import Estimates
from litmus.metrics.scores import Scores, checked
from litmus.metrics.traces import diagnostics_table, trace_table
from litmus.sampling.chains import Traces
from litmus.sampling.diagnostics import DIVERGED, Health

DIRECTIONS = Directions(["sae/00004", "sae/00005"], "sae", np.eye(2, dtype=np.float32))


def test_a_row_a_direction(tmp_path):
    """Tidy, in the contract's schema."""
    scored = Scores(np.array([0.5, 1.0]), np.array([0.1, 0.0]), ["ok", "dead"])
    scores.write(tmp_path / "s.parquet", "sparsity", DIRECTIONS, scored)
    table = tables.read(tmp_path / "s.parquet")
    assert table.schema.equals(tables.SCORES)
    rows = [tuple(row.values()) for row in table.to_pylist()]
    assert rows == [
        ("sae/00004", "sae", "sparsity", 0.5, 0.1, "ok"),
        ("sae/00005", "sae", "sparsity", 1.0, 0.0, "dead"),
    ]


@pytest.mark.parametrize("kind", [np.float32, torch.tensor], ids=["numpy", "torch"])
def test_single_precision_is_widened(kind, tmp_path):
    """Metrics on an accelerator give float32."""
    values = kind([0.5, 0.25])
    scores.write(tmp_path / "s.parquet", "m", DIRECTIONS, Scores(values, values, ["ok", "ok"]))
    assert tables.read(tmp_path / "s.parquet")["value"].to_pylist() == [0.5, 0.25]


def test_what_is_not_finite_is_never_ok():
    """A dead direction or a value that is no number has nothing to measure."""
    values = np.array([1.0, np.nan, np.inf, 2.0])
    found = checked(values, np.zeros(4), np.array([False, False, False, True]))
    assert found.status == ["ok", "dead", "dead", "dead"]
    assert set(found.status) <= set(tables.STATUSES)


LOSS = torch.arange(12, dtype=torch.float64).reshape(2, 2, 3)
SCORES = Scores(np.array([3.0, np.nan]), np.array([0.5, np.nan]), ["ok", "diverged"])
HEALTHY = Health(0.03, 0.005, 1.01, 40.0, "ok", drift=-0.25, distance=1.5)
FULL = Estimates(
    SCORES,
    Traces(LOSS, LOSS / 8),
    [HEALTHY, DIVERGED],
    stiffness=np.array([0.75, 5.0]),
    unreached=np.array([0.125, 0.0]),
)
# The other metric of the family: longer chains, one of each direction.
PART = FULL._replace(traces=Traces(LOSS.view(2, 1, 6) + 100, LOSS.view(2, 1, 6)))


def test_a_row_a_step_of_every_chain():
    """Two directions, two chains, three steps, by hand; metric after metric."""
    table = trace_table(DIRECTIONS, {"llc": FULL, "llc_l0": PART})
    assert table.schema.equals(tables.TRACES)
    assert table["metric"].to_pylist() == ["llc"] * 12 + ["llc_l0"] * 12
    assert table["direction"].to_pylist() == (["sae/00004"] * 6 + ["sae/00005"] * 6) * 2
    assert table["group"].to_pylist() == ["sae"] * 24
    assert table["chain"].to_pylist() == [0, 0, 0, 1, 1, 1] * 2 + [0] * 12
    assert table["step"].to_pylist() == [0, 1, 2] * 4 + [0, 1, 2, 3, 4, 5] * 2
    assert table["loss"].to_pylist() == [*range(12), *range(100, 112)]
    assert table["distance"].to_pylist() == [i / 8 for i in range(12)] + list(range(12))


def test_a_row_of_diagnostics_a_direction_and_metric():
    """What judges the chains and what they were in danger of; a diverged one knows nothing."""
    table = diagnostics_table(DIRECTIONS, {"llc": FULL, "llc_l0": PART})
    assert table.schema.equals(tables.DIAGNOSTICS)
    rows = [tuple(row.values()) for row in table.to_pylist()]
    healthy = ("sae/00004", "sae", "llc", 1.01, 40.0, -0.25, 1.5, 0.75, 0.125)
    assert rows[0] == healthy
    assert rows[1][:3] == ("sae/00005", "sae", "llc")
    assert [math.isnan(one) for one in rows[1][3:]] == [True, False, True, True, False, False]
    assert rows[1][4] == 0 and rows[1][7:] == (5.0, 0.0)
    assert [row[:3] for row in rows[2:]] == [(*row[:2], "llc_l0") for row in rows[:2]]


def test_several_metrics_are_written_direction_by_direction(tmp_path):
    """So that chunks joined in order give one table, wherever they end."""
    directions = Directions(["sae/00000", "sae/00001"], "sae", np.eye(2))
    one = Scores(np.array([1.0, 2.0]), np.array([0.1, 0.2]), ["ok", "dead"])
    other = Scores(np.array([3.0, 4.0]), np.array([0.3, 0.4]), ["ok", "ok"])
    scores.write_all(tmp_path / "scores.parquet", directions, {"a": one, "b": other})
    rows = tables.read(tmp_path / "scores.parquet").to_pylist()
    assert [(r["direction"][-1], r["metric"], r["value"], r["status"]) for r in rows] == [
        ("0", "a", 1.0, "ok"),
        ("0", "b", 3.0, "ok"),
        ("1", "a", 2.0, "dead"),
        ("1", "b", 4.0, "ok"),
    ]
