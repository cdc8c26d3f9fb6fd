"""One cell of the study on a tiny subject."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch

import tiny
import tiny_llc
from litmus import tables
from litmus.directions import controls
from litmus.metrics import weight_sensitivity
from litmus.metrics.weight_sensitivity import Sensitivity
from litmus.seeds import stream
from litmus.study.cell import STUDY, Site
from litmus.study.plan import Cell
from litmus.subject import checkpoint

CELL = Cell(2, "hard", 0.5, "tight")
CPU = torch.device("cpu")
SENSITIVITY = {
    "scales": [0.01, 0.1],
    "draws": 2,
    "sequences": 10,
    "batch_size": 5,
    "reduction": "sum",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The subject, its tokens and a dictionary of five rows, one of them dead."""
    folder = tmp_path_factory.mktemp("results")
    (folder / "model").mkdir()
    checkpoint.save(folder / "model", tiny_llc.ARCHITECTURE, tiny_llc.WEIGHTS)
    rows = tiny_llc.TOKENS.numpy().astype(np.int32)
    tokens = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), tiny.CONTEXT)
    numbers = pa.array(range(len(rows)), pa.int32())
    splits = ["eval"] * len(rows)
    table = pa.table([numbers, pa.array(splits), tokens], schema=tables.tokens_schema(tiny.CONTEXT))
    tables.write(table, folder / "tokens.parquet")
    decoder = pa.FixedSizeListArray.from_arrays(pa.array(tiny_llc.VECTORS.numpy().ravel()), 8)
    features = pa.table({"decoder": decoder, "active_tokens": [50, 3, 50, 50, 50]})
    tables.write(features, folder / "features.parquet")
    return folder


@pytest.fixture(scope="module")
def make(files):
    """A cell's site with three directions a group; `features` names the dictionary."""

    def made(cell=CELL, dictionary=True, seed=0):
        site = Site(cell, files / "model", files / "tokens.parquet", CPU, seed)
        features = files / "features.parquet" if dictionary else None
        site.draw(["sae", "isotropic", "covariance"], 3, features, 10)
        return site

    return made


def test_the_directions_are_those_of_the_run(make):
    """Live rows and controls of the same streams and numbers: scores can be laid side by side."""
    site = make()
    live = tiny_llc.VECTORS.numpy()[[0, 2, 3]]
    live = live - live.mean(1, keepdims=True)
    np.testing.assert_allclose(
        site.vectors[:3], live / np.linalg.norm(live, axis=1, keepdims=True), atol=1e-6
    )
    drawn = controls.isotropic(range(3), 8, True, 0)
    np.testing.assert_allclose(site.vectors[3:6], drawn, atol=1e-6)
    assert site.ids[3] == "isotropic/00000"


def test_without_a_dictionary_there_are_no_rows(make):
    """As at layers where none was trained."""
    assert set(make(dictionary=False).groups) == {"isotropic", "covariance"}


def test_thresholds_are_of_the_layers_own_activations(make):
    """σ is that of the projection on all evaluation tokens at the cell's layer."""
    for layer in (1, 2):
        site = make(CELL._replace(layer=layer), dictionary=False)
        projections = site.data.base.flatten(0, 1).numpy() @ site.vectors.T
        np.testing.assert_allclose(site.features().thresholds, 0.5 * projections.std(0), rtol=1e-4)


def test_repetitions_are_independent_and_can_be_repeated(make):
    """Another repetition has other noise, for chains and sensitivities; the same has the same."""
    settings = replace(tiny_llc.SETTINGS, steps=8, burn_in=4)
    site = make()
    for measured in (
        lambda k: site.chains(settings, k),
        lambda k: site.sensitivities(SENSITIVITY, k),
    ):
        found = [measured(repetition) for repetition in (0, 0, 1)]
        assert found[0].schema == STUDY
        one, again, other = (table.to_pandas() for table in found)
        pd.testing.assert_frame_equal(one, again)
        assert (one["value"] != other["value"]).all()
        assert set(other["seed"]) == {1}


def test_sensitivities_are_the_runs_measure(make):
    """The same function with the cell's form of the feature, a metric a scale."""
    site = make()
    rows = site.sensitivities(SENSITIVITY, 0).to_pandas()
    truth = weight_sensitivity.measure(
        site.lower,
        site.weights,
        site.tokens,
        site.vectors,
        site.std,
        Sensitivity(threshold=0.5, nonlinearity="hard", **SENSITIVITY),
        stream(0, "study", "sensitivity", 0),
        CPU,
    )
    for scale, scores in zip(("0.01", "0.1"), truth, strict=True):
        found = rows[rows["metric"] == f"weight_sensitivity_{scale}"]["value"]
        np.testing.assert_array_equal(found, scores.value)


def test_chains_tell_their_health(make):
    """R-hat, effective draws and stiffness stand beside λ̂; what has no chains has none of them."""
    site = make(dictionary=False)
    rows = site.chains(replace(tiny_llc.SETTINGS, steps=10, burn_in=4), 0).to_pandas()
    assert len(rows) == 6
    assert rows[["rhat", "ess", "stiffness"]].notna().to_numpy().all()
    assert (rows["value"] > 0).all()
    assert site.sensitivities(SENSITIVITY, 0).to_pandas()["rhat"].isna().all()
