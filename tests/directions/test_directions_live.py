"""The features of a dictionary that are candidates."""

import json

import numpy as np
import pyarrow as pa
import pytest

from litmus import tables
from litmus.directions import live

DECODER = np.array([[3, 4, 5], [1, 0, 0], [0, 2, 0], [-1, 7, 3]], np.float32)
ACTIVE = [10, 9, 0, 11]


@pytest.fixture
def found(tmp_path):
    """Read from a dictionary of four features, two of them dead."""

    def read(centred):
        (tmp_path / "config.json").write_text(json.dumps({"centred": centred}))
        columns = {
            "feature": np.arange(4, dtype=np.int32),
            "active_tokens": ACTIVE,
            "decoder": pa.FixedSizeListArray.from_arrays(pa.array(DECODER.ravel()), 3),
        }
        tables.write(pa.table(columns), tmp_path / "features.parquet")
        return live.read(tmp_path / "features.parquet", tmp_path / "config.json", 10)

    return read


def test_a_feature_is_live_from_the_least_count_on(found):
    """Ten activations are enough, nine are not."""
    assert found(True).rows.tolist() == [0, 3]
    assert found(True).features == 4


def test_directions_are_decoder_rows_of_norm_one(found):
    """In the order of the rows."""
    expected = [DECODER[0] / 50**0.5, DECODER[3] / 59**0.5]
    np.testing.assert_allclose(found(False).vectors(range(2)), expected)


def test_directions_have_no_mean_where_the_residual_stream_has_none(found):
    """(3, 4, 5) becomes (−1, 0, 1)/√2."""
    np.testing.assert_allclose(found(True).vectors([0]), [[-(0.5**0.5), 0, 0.5**0.5]], atol=1e-12)


def test_a_chunk_of_directions_is_part_of_all(found):
    """To the last digit."""
    whole = found(True).vectors(range(2))
    np.testing.assert_array_equal(found(True).vectors(range(1, 2)), whole[1:])
