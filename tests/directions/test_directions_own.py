"""Directions of one's own, from every kind of file."""

import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import save_file

from litmus.directions import own
from litmus.errors import LitmusError

VECTORS = np.array([[3, 0, 4], [0, -2, 0], [1, 1, 1]], np.float32)
IDS, LABELS = ["a", "b", "c"], ["first", "second", "third"]
NAMES = ["a: first", "b: second", "c: third"]


def parquet(path, vectors=VECTORS, name="vector", ids=IDS, labels=LABELS, **more):
    """A column of lists beside others."""
    given = {name: [list(map(float, row)) for row in vectors], "id": ids, "label": labels, **more}
    pq.write_table(pa.table({key: value for key, value in given.items() if value}), path)


def npy(path, vectors=VECTORS):
    """An array."""
    np.save(path, vectors)


def npz(path, vectors=VECTORS, name="vectors", ids=IDS, labels=LABELS, **more):
    """Several arrays."""
    given = {name: vectors, "ids": ids, "labels": labels, **more}
    np.savez(path, **{key: value for key, value in given.items() if value is not None})


def safetensors(path, vectors=VECTORS, name="vectors", ids=IDS, labels=LABELS, **more):
    """Several tensors, and words in the metadata."""
    words = {"ids": ids, "labels": labels}
    metadata = {key: json.dumps(value) for key, value in words.items() if value}
    save_file({name: np.ascontiguousarray(vectors), **more}, path, metadata=metadata)


FORMATS = {".parquet": parquet, ".npz": npz, ".safetensors": safetensors}


@pytest.mark.parametrize("ending", FORMATS)
def test_vectors_with_ids_and_labels(ending, tmp_path):
    """As they are, in float64; the words stand together."""
    path = tmp_path / f"mine{ending}"
    FORMATS[ending](path)
    found = own.read(path)
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.vectors.dtype == np.float64
    assert found.names == NAMES
    assert own.count(path) == 3


@pytest.mark.parametrize("ending", FORMATS)
def test_the_only_table_needs_no_name(ending, tmp_path):
    """And words are optional: a row is then called by its number."""
    path = tmp_path / f"mine{ending}"
    FORMATS[ending](path, name="probes", ids=None, labels=None)
    found = own.read(path)
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.names == ["row 0", "row 1", "row 2"]


def test_an_array_alone(tmp_path):
    """Of any real type."""
    for kind in (np.float16, np.float64, np.int32):
        npy(tmp_path / "mine.npy", VECTORS.astype(kind))
        np.testing.assert_array_equal(own.read(tmp_path / "mine.npy").vectors, VECTORS)
        assert own.count(tmp_path / "mine.npy") == 3


def test_lists_of_a_fixed_size(tmp_path):
    """As Litmus writes its own directions."""
    column = pa.FixedSizeListArray.from_arrays(pa.array(VECTORS.ravel()), 3)
    pq.write_table(pa.table({"vector": column}), tmp_path / "mine.parquet")
    np.testing.assert_array_equal(own.read(tmp_path / "mine.parquet").vectors, VECTORS)


def test_bfloat16_as_torch_has_it(tmp_path):
    """Half a float32: read without torch, and equal to what torch reads."""
    import torch
    from safetensors.torch import save_file as save_torch

    values = torch.randn(4, 5, generator=torch.Generator().manual_seed(0)).bfloat16()
    save_torch({"vectors": values}, tmp_path / "mine.safetensors")
    np.testing.assert_array_equal(
        own.read(tmp_path / "mine.safetensors").vectors, values.double().numpy()
    )


@pytest.mark.parametrize("centred", [True, False])
def test_directions_are_unit_vectors_of_the_residual_stream(centred, tmp_path):
    """Without a mean over coordinates where it has none; (3, 0, 4) by hand."""
    npy(tmp_path / "mine.npy", 1e200 * VECTORS.astype(float))
    found = own.directions(own.read(tmp_path / "mine.npy"), range(2), 3, centred, "mine.npy")
    expected = np.array([2, -7, 5]) / 78**0.5 if centred else np.array([0.6, 0, 0.8])
    np.testing.assert_allclose(found[0], expected, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1)


def test_a_chunk_is_part_of_all(tmp_path):
    """Rows by their numbers."""
    npy(tmp_path / "mine.npy")
    whole = own.read(tmp_path / "mine.npy")
    every = own.directions(whole, range(3), 3, False, "mine.npy")
    np.testing.assert_array_equal(own.directions(whole, range(1, 3), 3, False, "m"), every[1:])


def changed(row, column, value):
    """The vectors with another number in one place."""
    vectors = VECTORS.copy()
    vectors[row, column] = value
    return vectors


ZERO = np.array([[1, 2], [0, 0]], float)
MISTAKES = {
    "NaN": (
        ".npy",
        npy,
        {"vectors": changed(1, 2, np.nan)},
        "whose row 1 (the first is 0) holds NaN",
    ),
    "infinite": (".npy", npy, {"vectors": changed(2, 0, np.inf)}, "whose row 2 (the first is 0) h"),
    "zero": (
        ".npy",
        npy,
        {"vectors": ZERO},
        "whose row 1 (the first is 0) is zero; valid: vectors",
    ),
    "one row": (".npy", npy, {"vectors": VECTORS[:1]}, "which holds 1 rows; valid: at least 2"),
    "none": (".npy", npy, {"vectors": VECTORS[:0]}, "which holds 0 rows"),
    "flat": (".npy", npy, {"vectors": VECTORS[0]}, "whose array has 1 dimensions; valid: 2"),
    "deep": (".npz", npz, {"vectors": VECTORS[None]}, "whose array has 3 dimensions; valid: 2"),
    "text": (".npy", npy, {"vectors": np.array([["a"], ["b"]])}, "are of type <U1; valid: numbers"),
    "complex": (".npy", npy, {"vectors": VECTORS * 1j}, "of type complex64; valid: numbers"),
    "two tables": (
        ".npz",
        npz,
        {"name": "one", "two": VECTORS},
        "whose arrays of two dimensions are: one, two; valid: one, or one called vectors",
    ),
    "no table": (
        ".parquet",
        lambda path: pq.write_table(pa.table({"x": [1.0, 2.0]}), path),
        {},
        "whose columns of lists are: none",
    ),
    "ragged": (
        ".parquet",
        parquet,
        {"vectors": [[1, 2], [3], [4, 5]]},
        "whose row 1 (the first is 0) holds 1 numbers; valid: 2",
    ),
    "a hole": (
        ".parquet",
        lambda path: pq.write_table(pa.table({"vector": [[1.0, 2.0], [3.0, None]]}), path),
        {},
        "whose row 1 (the first is 0) holds NaN",
    ),
    "a missing row": (
        ".parquet",
        lambda path: pq.write_table(pa.table({"vector": [[1.0, 2.0], None]}), path),
        {},
        "whose row 1 (the first is 0) holds 0 numbers",
    ),
    "twice": (
        ".npz",
        npz,
        {"ids": ["a", "b", "a"]},
        "whose row 2 (the first is 0) has the id 'a' of row 0; valid: each id once",
    ),
    "few ids": (".safetensors", safetensors, {"ids": ["a"]}, "which has 1 ids for 3 rows"),
    "few labels": (".npz", npz, {"labels": ["a"]}, "which has 1 labels for 3 rows"),
    "no list": (".safetensors", safetensors, {"ids": {"a": 1}}, "whose ids are no list"),
    "truth": (
        ".safetensors",
        safetensors,
        {"vectors": VECTORS > 0},
        "whose vectors are of type BOOL; valid: F16",
    ),
    "damaged": (".npy", lambda path: path.write_bytes(b"\x93NUMPY?"), {}, "which cannot be read ("),
    "no zip": (".npz", lambda path: path.write_bytes(b"PK no more"), {}, "which cannot be read ("),
    "cut": (".safetensors", lambda p: p.write_bytes(b"\xff" * 9), {}, "which is no safetensors"),
    "no parquet": (
        ".parquet",
        lambda path: path.write_bytes(b"PAR1"),
        {},
        "which cannot be read (",
    ),
}


@pytest.mark.parametrize(("ending", "make", "given", "told"), MISTAKES.values(), ids=MISTAKES)
def test_a_file_that_cannot_be_used_is_one_sentence(ending, make, given, told, tmp_path):
    """It names the file, the row where there is one, and what is valid."""
    path = tmp_path / f"mine{ending}"
    make(path, **given)
    with pytest.raises(LitmusError) as caught:
        own.read(path)
    assert str(caught.value).startswith(f"directions.file: found '{path}'")
    assert told in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["mine.txt", "none.npy"])
def test_a_file_of_no_kind_and_a_file_that_is_not_there(name, tmp_path):
    """Before anything runs: by its count."""
    with pytest.raises(LitmusError, match=rf"found '.*{re.escape(name)}'; valid: a file"):
        own.count(tmp_path / name)


@pytest.mark.parametrize("name", ["one row", "none", "flat", "deep", "two tables", "no table"])
def test_a_shape_is_told_by_the_header_alone(name, tmp_path):
    """So the workflow need not read the numbers."""
    ending, make, given, told = MISTAKES[name]
    make(tmp_path / f"mine{ending}", **given)
    with pytest.raises(LitmusError, match=re.escape(told)):
        own.count(tmp_path / f"mine{ending}")


def test_another_width_is_one_sentence(tmp_path):
    """Which only the subject can tell."""
    npy(tmp_path / "mine.npy")
    with pytest.raises(LitmusError, match="vectors have 3 numbers; valid: 64, the width"):
        own.directions(own.read(tmp_path / "mine.npy"), range(3), 64, True, "mine.npy")


def test_what_a_centred_stream_has_nothing_of_is_one_sentence(tmp_path):
    """The same number everywhere."""
    npy(tmp_path / "mine.npy", 0.1 * VECTORS.astype(float))
    found = own.read(tmp_path / "mine.npy")
    with pytest.raises(LitmusError, match=r"whose row 2 .* is the same number everywhere"):
        own.directions(found, range(1, 3), 3, True, "mine.npy")
    own.directions(found, range(1, 3), 3, False, "mine.npy")
