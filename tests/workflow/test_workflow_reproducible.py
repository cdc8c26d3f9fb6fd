"""The same settings give the same bytes, on any day and in any folder, without a network."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workflow.project import Project, artefacts

pytestmark = pytest.mark.workflow


def table(project: Project, name: str) -> pd.DataFrame:
    """A table of a run."""
    return pd.read_parquet(project.results / name)


def test_the_default_run_asks_no_other_machine(finished: Project, lookups: Path):
    """With every connection refused the run finishes, and not one was tried."""
    assert (finished.results / "report.html").exists()
    assert not lookups.exists(), lookups.read_text()
    # That none was seen means something only where one would be.
    look = "import socket; socket.create_connection(('192.0.2.1', 80))"
    tried = subprocess.run([sys.executable, "-c", look], env=finished.environment)
    assert tried.returncode != 0 and "192.0.2.1" in lookups.read_text()
    lookups.unlink()


def test_a_second_run_gives_the_same_bytes(finished: Project, fresh: Project):
    """From scratch, in another folder: tables, weights, figures and the record of the settings."""
    fresh.make()
    first, second = artefacts(finished.results), artefacts(fresh.results)
    assert {Path(name).suffix for name in first} >= {".parquet", ".csv", ".json", ".svg"}
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_another_chunk_size_gives_the_same_scores(finished: Project, project: Project):
    """A direction's score does not depend on its neighbours; δ and its companions follow."""
    separation = "results-tiny/separation.parquet"
    project.make(separation, changes={"directions": {"chunk": 12}})
    for path in finished.results.glob("scores/*.parquet"):
        name = path.relative_to(finished.results).as_posix()
        one, other = table(finished, name), table(project, name)
        assert (one["direction"] == other["direction"]).all()
        assert (one["status"] == other["status"]).all()
        numbers = ["value", "standard_error"]
        np.testing.assert_allclose(other[numbers], one[numbers], rtol=1e-5, err_msg=name)
    one, other = (table(run, "separation.parquet") for run in (finished, project))
    numbers = one.select_dtypes("number").columns
    assert one.drop(columns=numbers).equals(other.drop(columns=numbers))
    np.testing.assert_allclose(other[numbers], one[numbers], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("group", ["isotropic", "covariance", "difference"])
def test_another_seed_gives_other_controls(finished: Project, project: Project, group: str):
    """At the same activations: no direction points where one of the first seed does."""
    chunk = f"directions/{group}/00000-00005.parquet"
    project.make(
        f"results-tiny/{chunk}",
        arguments=["--allowed-rules", "directions_control"],
        changes={"seed": 1},
    )
    one, other = (np.stack(table(run, chunk)["vector"]) for run in (finished, project))
    assert np.abs(one @ other.T).max() < 0.99
