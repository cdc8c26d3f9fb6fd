"""The same settings give the same bytes, on any day and in any folder, without a network."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workflow.killing import Killed
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


def test_a_second_run_gives_the_same_bytes(finished: Project, killed: Killed):
    """From scratch, in another folder: tables, weights, figures and the record of the settings.

    Though its Snakemake was killed half-way, which costs no more than the jobs in flight.
    """
    first, second = artefacts(finished.results), artefacts(killed.project.results)
    assert {Path(name).suffix for name in first} >= {".parquet", ".csv", ".json", ".svg"}
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_another_chunk_size_gives_the_same_scores(finished: Project, project: Project):
    """A direction's score does not depend on its neighbours; δ and its companions follow."""
    changes = {"directions": {"chunk": 12, "controls": ["isotropic"]}}
    project.make("results-tiny/separation.parquet", changes=changes)
    numbers = ["value", "standard_error"]
    for path in finished.results.glob("scores/*.parquet"):
        name = path.relative_to(finished.results).as_posix()
        one, other = table(finished, name), table(project, name)
        one = one[one["group"].isin(["sae", "isotropic"])].reset_index(drop=True)
        for column in ("direction", "metric", "status"):
            assert (one[column] == other[column]).all()
        np.testing.assert_allclose(other[numbers], one[numbers], rtol=1e-5, err_msg=name)
    one, other = (table(run, "separation.parquet") for run in (finished, project))
    one = one[one["control"] == "isotropic"].reset_index(drop=True)
    numbers = one.select_dtypes("number").columns.drop("p_holm")  # Holm's is over all controls
    assert one.drop(columns=[*numbers, "p_holm"]).equals(other.drop(columns=[*numbers, "p_holm"]))
    np.testing.assert_allclose(other[numbers], one[numbers], rtol=1e-4, atol=1e-6)


def test_another_seed_gives_other_controls(finished: Project, project: Project):
    """At the same activations: no direction points where one of the first seed does."""
    groups = ["isotropic", "covariance", "difference", "matched"]
    chunks = [f"directions/{group}/00000-00005.parquet" for group in groups]
    drawn = []
    for seed in (0, 1):
        project.make(
            *(f"results-tiny/{chunk}" for chunk in chunks),
            arguments=["--allowed-rules", "directions_control", "directions_matched"],
            changes={"seed": seed},
        )
        drawn.append([np.stack(table(project, chunk)["vector"]) for chunk in chunks])
    assert np.array_equal(drawn[0][0], np.stack(table(finished, chunks[0])["vector"]))
    for one, other in zip(*drawn, strict=True):
        assert np.abs(one @ other.T).max() < 0.99
