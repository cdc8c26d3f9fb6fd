"""The files that directions of one's own may come in.

A .parquet file holds vectors in its column `vector`, or in its only one of lists; `id` and `label`
are optional. A .npz or .safetensors file holds them as `vectors`, or as its only array of two
dimensions; `ids` and `labels` are arrays of a .npz, and JSON lists in the other's metadata.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from litmus.errors import LitmusError

FEWEST = 2  # a spread needs two
LONGEST = 200  # characters of another library's message that are passed on
# Of safetensors' types those that hold real numbers, as NumPy has them.
NUMBERS = {
    f"{kind}{8 * size}": f"<{kind.lower()}{size}"
    for kind, sizes in {"F": (2, 4, 8), "I": (1, 2, 4, 8), "U": (1, 2, 4, 8)}.items()
    for size in sizes
} | {"BF16": "<u2"}


class Found(NamedTuple):
    """The shape of what a file holds, known by its header, and how to read it."""

    shape: tuple[int, ...]
    vectors: Callable[[], Any]
    ids: Callable[[], list | None] = lambda: None
    labels: Callable[[], list | None] = lambda: None


def told(path: str | Path) -> str:
    """The beginning of every sentence about the file."""
    return f"directions.file: found '{path}'"


@contextmanager
def opened(path: str | Path) -> Iterator[Found]:
    """What the file holds, once its shape is known to be one of directions.

    Raises:
        LitmusError: there is no such file, it cannot be read, or it holds no table of two rows.
    """
    path, where = Path(path), told(path)
    if path.suffix not in KINDS:
        raise LitmusError(f"{where}; valid: a file ending in {', '.join(KINDS)}")
    if not path.is_file():
        raise LitmusError(f"{where}; valid: a file that exists")
    try:
        found = KINDS[path.suffix](path)
        _shaped(found.shape, where)
        yield found
    except LitmusError:
        raise
    except Exception as error:  # each library has errors of its own for a damaged file
        what = " ".join(str(error).split())[:LONGEST] or type(error).__name__
        raise LitmusError(f"{where}, which cannot be read ({what})") from error


def _shaped(shape: tuple[int, ...], where: str) -> None:
    if len(shape) != 2:
        raise LitmusError(
            f"{where}, whose array has {len(shape)} dimensions; valid: 2, a row a direction"
        )
    if shape[0] < FEWEST:
        raise LitmusError(f"{where}, which holds {shape[0]} rows; valid: at least {FEWEST}")


def _only(shapes: Mapping[str, tuple[int, ...]], name: str, path: Path, what: str) -> str:
    """The one that is called `name`, or the only one of two dimensions."""
    flat = [one for one, shape in shapes.items() if len(shape) == 2]
    if name in shapes:
        return name
    if len(flat) == 1:
        return flat[0]
    there = ", ".join(flat[:5]) or "none"
    raise LitmusError(f"{told(path)}, whose {what} are: {there}; valid: one, or one called {name}")


def _parquet(path: Path) -> Found:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    schema, rows = file.schema_arrow, file.metadata.num_rows
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    shapes = {f.name: (rows, 0) for f in schema if any(kind(f.type) for kind in lists)}
    name = _only(shapes, "vector", path, "columns of lists")

    def column(of: str) -> Any:
        return pq.read_table(path, columns=[of])[of].combine_chunks()

    def vectors() -> Any:
        cells = column(name)
        lengths = pc.fill_null(pc.list_value_length(cells), 0).to_pylist()
        width = next(filter(None, lengths), 1)
        for row, length in enumerate(lengths):
            if length != width:
                raise LitmusError(
                    f"{told(path)}, whose row {row} (the first is 0) holds {length} numbers; "
                    f"valid: {width}, as others do"
                )
        # A missing number becomes NaN, and is told as such.
        return cells.flatten().to_numpy(zero_copy_only=False).reshape(rows, width)

    def named(of: str) -> Callable[[], list | None]:
        return lambda: column(of).to_pylist() if of in schema.names else None

    return Found((rows, 0), vectors, named("id"), named("label"))


def _npy(path: Path) -> Found:
    import numpy as np

    shape = np.load(path, mmap_mode="r", allow_pickle=False).shape
    return Found(shape, lambda: np.load(path, allow_pickle=False))


def _npz(path: Path) -> Found:
    import numpy as np

    formats, shapes = np.lib.format, {}
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            with archive.open(member) as file:
                old = formats.read_magic(file) == (1, 0)
                header = formats.read_array_header_1_0 if old else formats.read_array_header_2_0
                shapes[member.removesuffix(".npy")] = header(file)[0]
    name = _only(shapes, "vectors", path, "arrays of two dimensions")

    def array(of: str) -> Any:
        with np.load(path, allow_pickle=False) as archive:
            return archive[of]

    def named(of: str) -> Callable[[], list | None]:
        return lambda: array(of).tolist() if of in shapes else None

    return Found(shapes[name], lambda: array(name), named("ids"), named("labels"))


def _safetensors(path: Path) -> Found:
    """By hand, for its own library reads bfloat16 with torch only."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        if length > path.stat().st_size:
            raise LitmusError(f"{told(path)}, which is no safetensors file")
        header = json.loads(file.read(length))
    metadata = header.pop("__metadata__", {})
    shapes = {name: tuple(about["shape"]) for name, about in header.items()}
    name = _only(shapes, "vectors", path, "tensors of two dimensions")
    kind, (start, end) = header[name]["dtype"], header[name]["data_offsets"]

    def vectors() -> Any:
        import numpy as np

        if kind not in NUMBERS:
            raise LitmusError(
                f"{told(path)}, whose vectors are of type {kind}; valid: {', '.join(NUMBERS)}"
            )
        with path.open("rb") as file:
            file.seek(8 + length + start)
            flat = np.frombuffer(file.read(end - start), NUMBERS[kind])
        if kind == "BF16":  # the upper half of a float32
            flat = (flat.astype("<u4") << 16).view("<f4")
        return flat.reshape(shapes[name])

    def named(of: str) -> Callable[[], list | None]:
        def found() -> list | None:
            value = json.loads(metadata[of]) if of in metadata else None
            if value is None or isinstance(value, list):
                return value
            raise LitmusError(f"{told(path)}, whose {of} are no list; valid: a JSON list")

        return found

    return Found(shapes[name], vectors, named("ids"), named("labels"))


KINDS = {".parquet": _parquet, ".npy": _npy, ".npz": _npz, ".safetensors": _safetensors}
