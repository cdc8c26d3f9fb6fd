"""Directions on disk."""

import numpy as np
import pytest

from litmus import tables
from litmus.directions import table
from litmus.errors import LitmusError


def units(count, width=4):
    """Unit vectors."""
    vectors = np.random.default_rng(0).standard_normal((count, width))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_what_is_written_is_read(tmp_path):
    """Ids from the chunk, the group, and vectors to float32."""
    table.write(tmp_path / "d", "isotropic", "00007-00009", units(3), ["drawn"] * 3)
    found = table.read(tmp_path / "d")
    assert found.ids == ["isotropic/00007", "isotropic/00008", "isotropic/00009"]
    assert found.group == "isotropic"
    np.testing.assert_array_equal(found.vectors, units(3).astype(np.float32))


def test_the_contract(tmp_path):
    """The schema that others read, with where each direction comes from."""
    table.write(tmp_path / "d", "sae", "00000-00001", units(2), ["row 4", "row 9"])
    written = tables.read(tmp_path / "d")
    assert written.schema.equals(tables.directions_schema(4))
    assert written["index"].to_pylist() == [0, 1]
    assert written["source"].to_pylist() == ["row 4", "row 9"]


def test_vectors_may_be_changed_by_the_reader(tmp_path):
    """They are the reader's own copy."""
    table.write(tmp_path / "d", "sae", "00000-00001", units(2), ["", ""])
    table.read(tmp_path / "d").vectors[:] = 0


@pytest.mark.parametrize("factor", [0, 0.99, 1.001, np.nan, np.inf])
@pytest.mark.parametrize("count", [1, 3])
def test_the_first_vector_that_is_no_unit_vector_is_named(factor, count, tmp_path):
    """Also where it is NaN, the only one or one of several."""
    vectors = units(count)
    vectors[-1] *= factor
    table.write(tmp_path / "d", "mine", f"00000-{count - 1:05d}", vectors, [""] * count)
    with pytest.raises(LitmusError, match=rf"d: mine/{count - 1:05d} is no unit vector"):
        table.read(tmp_path / "d")


def test_float32_is_near_enough_to_unit_norm(tmp_path):
    """Rounding of a wide vector is no mistake."""
    table.write(tmp_path / "d", "sae", "00000-00049", units(50, 4096), [""] * 50)
    assert len(table.read(tmp_path / "d").ids) == 50
