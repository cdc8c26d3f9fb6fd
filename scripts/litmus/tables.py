"""The Parquet contracts, and the only ways to write and read a table.

Every file is written beside itself, flushed to disk and renamed, so that a killed job leaves the
old file or none, never half of one.
"""

import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from litmus.errors import LitmusError

DOCUMENTS = pa.schema([("document", pa.string()), ("split", pa.string()), ("text", pa.string())])
# In its place where the documents came as token ids.
TOKEN_DOCUMENTS = pa.schema(
    [("document", pa.string()), ("split", pa.string()), ("tokens", pa.large_list(pa.int32()))]
)
SCORES = pa.schema(
    [
        ("direction", pa.string()),
        ("group", pa.string()),
        ("metric", pa.string()),
        ("value", pa.float64()),
        ("standard_error", pa.float64()),
        ("status", pa.string()),
    ]
)
TRACES = pa.schema(
    [
        ("direction", pa.string()),
        ("group", pa.string()),
        ("metric", pa.string()),
        ("chain", pa.int16()),
        ("step", pa.int32()),
        ("loss", pa.float32()),
        ("distance", pa.float32()),
    ]
)
DIAGNOSTICS = pa.schema(
    [
        ("direction", pa.string()),
        ("group", pa.string()),
        ("metric", pa.string()),
        ("rhat", pa.float64()),
        ("ess", pa.float64()),
        ("drift", pa.float64()),
        ("distance", pa.float64()),
        ("stiffness", pa.float64()),
        ("unreached", pa.float64()),
    ]
)
# Metadata of a dictionary's features that have no encoder: why latents cannot be had.
NO_LATENTS = "no latents"
# In a row group: what a reader that streams holds at once.
ROWS = 1 << 16
# Who started this process. When it is gone the job is an orphan, and the file it would write may
# already belong to another run with other settings.
PARENT = os.getppid()
STATUSES = ("ok", "diverged", "dead", "not_converged", "unreached", "censored")
# Those whose value enters comparisons: a censored one stands at its limit.
COUNTED = ("ok", "censored")


def tokens_schema(context: int) -> pa.Schema:
    """`tokens.parquet`: one row a sequence of `context` token ids."""
    return pa.schema(
        [
            ("sequence", pa.int32()),
            ("split", pa.string()),
            ("tokens", pa.list_(pa.int32(), context)),
        ]
    )


def activations_schema(width: int) -> pa.Schema:
    """`activations/<hook>.parquet`: one row a token, `activation` of shape (width,)."""
    return pa.schema(
        [
            ("sequence", pa.int32()),
            ("split", pa.string()),
            ("position", pa.int32()),
            ("token", pa.int32()),
            ("activation", pa.list_(pa.float32(), width)),
        ]
    )


def statistics_schema(width: int) -> pa.Schema:
    """`statistics/<hook>.parquet`: row i holds mean[i] and row i of the covariance."""
    return pa.schema(
        [
            ("coordinate", pa.int32()),
            ("mean", pa.float64()),
            ("covariance", pa.list_(pa.float64(), width)),
            ("count", pa.int64()),
        ]
    )


def directions_schema(width: int) -> pa.Schema:
    """`directions/<group>/<chunk>.parquet`: one row a unit vector of shape (width,)."""
    return pa.schema(
        [
            ("direction", pa.string()),
            ("group", pa.string()),
            ("index", pa.int32()),
            ("vector", pa.list_(pa.float32(), width)),
            ("source", pa.string()),
        ]
    )


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it into place when the block succeeds.

    What a killed job left half-written beside `path` is removed: a file has one writer at a time.

    Raises:
        LitmusError: the folder cannot be written, or the disk is full.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for abandoned in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
            abandoned.unlink(missing_ok=True)
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        if os.getppid() != PARENT:
            raise LitmusError(
                f"{path}: not written, for the run that started this job has ended; run again"
            )
        os.replace(temporary, path)
    except OSError as error:
        raise LitmusError(
            f"{path}: could not be written ({error.strerror or error}); "
            "free space or make its folder writable, then run again"
        ) from error
    finally:
        with suppress(OSError):  # it was renamed, or its folder could not be made
            temporary.unlink()


def write(table: pa.Table, path: str | Path) -> None:
    """Write `table` to `path` at once, with a checksum on every page."""
    with atomic(path) as temporary:
        pq.write_table(
            table, temporary, row_group_size=ROWS, compression="zstd", write_page_checksum=True
        )


@contextmanager
def reading(path: str | Path) -> Iterator[None]:
    """Turn the errors of a damaged or missing Parquet file into one sentence.

    A damaged file is set aside, so that the next run makes it again.
    """
    path = Path(path)
    try:
        yield
    except FileNotFoundError as error:
        raise LitmusError(f"{path}: there is no such file; run again to make it") from error
    except PermissionError as error:
        raise LitmusError(f"{path}: may not be read; allow it, then run again") from error
    except MemoryError:
        raise  # some of Arrow's are ArrowExceptions too, and say nothing about the file
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise LitmusError(f"{path}: could not be read ({error}); run again") from error
        damaged = path.with_name(path.name + ".damaged")
        with suppress(FileNotFoundError):  # another job has set it aside already
            os.replace(path, damaged)
        raise LitmusError(
            f"{path}: is damaged ({str(error).splitlines()[0]}); it was set aside as "
            f"{damaged.name}, run again to rebuild it"
        ) from error


def read(path: str | Path, columns: list[str] | None = None) -> pa.Table:
    """The table at `path`, every page checked against its checksum.

    Raises:
        LitmusError: the file is missing, or truncated or altered (it is then set aside).
    """
    with reading(path):
        return pq.read_table(path, columns=columns, page_checksum_verification=True)
