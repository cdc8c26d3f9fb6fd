"""The tables that metrics write."""

import numpy as np
import pytest
import torch

from litmus import tables
from litmus.directions.table import Directions
from litmus.metrics import scores
from litmus.metrics.scores import Scores, checked
from litmus.metrics.traces import trace_table
from litmus.sampling.chains import Traces

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


def test_a_row_a_step_of_every_chain():
    """Two directions, two chains, three steps, by hand."""
    loss = torch.arange(12, dtype=torch.float64).reshape(2, 2, 3)
    table = trace_table(DIRECTIONS, Traces(loss, loss / 8))
    assert table.schema.equals(tables.TRACES)
    assert table["direction"].to_pylist() == ["sae/00004"] * 6 + ["sae/00005"] * 6
    assert table["group"].to_pylist() == ["sae"] * 12
    assert table["chain"].to_pylist() == [0, 0, 0, 1, 1, 1] * 2
    assert table["step"].to_pylist() == [0, 1, 2] * 4
    assert table["loss"].to_pylist() == list(range(12))
    assert table["distance"].to_pylist() == [i / 8 for i in range(12)]


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
