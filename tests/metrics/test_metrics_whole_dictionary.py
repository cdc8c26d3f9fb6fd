"""The scores of a whole dictionary beside those of its sampled features."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch

import tiny
from litmus import tables
from litmus.directions import live, table
from litmus.metrics import scores, whole_dictionary
from litmus.metrics.scores import Scores
from litmus.metrics.weight_sensitivity import Sensitivity, measure
from litmus.stacked import StackedLower

FEATURES = 150
SETTINGS = Sensitivity(
    threshold=0.5,
    nonlinearity="hard",
    reduction="sum",
    scales=(0.01, 0.1),
    draws=2,
    sequences=5,
    batch_size=3,
)
METRICS = ("weight_sensitivity_0.01", "weight_sensitivity_0.1")
ARCHITECTURE, WEIGHTS = tiny.subject("folded")
TOKENS = tiny.tokens(9, tiny.CONTEXT, seed=4).numpy()


def measured(vectors):
    """The metrics' scores of directions as they are on disk; σ depends on the vector alone."""
    std = 0.5 + np.abs(vectors[:, 0].astype(np.float64))
    lower, device = StackedLower(ARCHITECTURE, tiny.HOOK), torch.device("cpu")
    found = measure(lower, WEIGHTS, TOKENS, vectors, std, SETTINGS, 0, device)
    return dict(zip(METRICS, found, strict=True))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """The live features of a dictionary, of which every third is dead."""
    folder = tmp_path_factory.mktemp("dictionary")
    (folder / "config.json").write_text(json.dumps({"centred": True}))
    decoder = np.random.default_rng(0).standard_normal((FEATURES, 8)).astype(np.float32)
    columns = {
        "feature": np.arange(FEATURES, dtype=np.int32),
        "active_tokens": np.where(np.arange(FEATURES) % 3, 50, 0),
        "decoder": pa.FixedSizeListArray.from_arrays(pa.array(decoder.ravel()), 8),
    }
    tables.write(pa.table(columns), folder / "features.parquet")
    return live.read(folder / "features.parquet", folder / "config.json", 10)


@pytest.mark.parametrize("chunk", ["00000-00001", "00002-00049"])
def test_a_sampled_features_score_is_the_same_in_both(found, chunk, tmp_path):
    """Value, error and status, to the last digit, by the direction's id."""
    first, last = map(int, chunk.split("-"))
    numbers = range(first, last + 1)
    table.write(tmp_path / "d", "sae", chunk, found.vectors(numbers), [""] * len(numbers))
    directions = table.read(tmp_path / "d")
    scores.write_all(tmp_path / "sampled", directions, measured(directions.vectors))
    everything = found.vectors(range(len(found.rows))).astype(np.float32)
    whole_dictionary.write(tmp_path / "whole", found.rows, measured(everything))
    sampled, whole = (tables.read(tmp_path / name).to_pandas() for name in ("sampled", "whole"))
    same = ["direction", "metric", "value", "standard_error", "status"]
    part = whole[whole["direction"].isin(directions.ids)].reset_index(drop=True)
    pd.testing.assert_frame_equal(part[same], sampled[same], check_exact=True)


def test_a_row_a_feature_and_metric(tmp_path):
    """The dictionary's row, the id by order among the live, the metrics side by side."""
    one = Scores(np.array([1.0, 2.0]), np.array([0.1, 0.2]), ["ok", "dead"])
    other = Scores(np.array([3.0, 4.0]), np.array([0.3, 0.4]), ["ok", "ok"])
    whole_dictionary.write(tmp_path / "t", np.array([4, 9]), {"a": one, "b": other})
    written = tables.read(tmp_path / "t")
    assert written.schema.equals(whole_dictionary.SCHEMA)
    assert [tuple(row.values()) for row in written.to_pylist()] == [
        (4, "sae/00000", "a", 1.0, 0.1, "ok"),
        (4, "sae/00000", "b", 3.0, 0.3, "ok"),
        (9, "sae/00001", "a", 2.0, 0.2, "dead"),
        (9, "sae/00001", "b", 4.0, 0.4, "ok"),
    ]
