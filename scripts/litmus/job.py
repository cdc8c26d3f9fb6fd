"""What every script does around its work: a log, no network, and errors in one sentence."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from litmus.errors import LitmusError

# The libraries' own switches against hub look-ups, and against telemetry.
NO_HUB = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
OFFLINE = NO_HUB | {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "WANDB_MODE": "disabled",
    "TOKENIZERS_PARALLELISM": "false",
}


@contextmanager
def job(log: str, threads: int = 1, *, online: bool = False) -> Iterator[None]:
    """Run a script's work: call it before anything heavy is imported.

    Only an `online` job may ask a hub, and only where the user's own environment lets it.

    A LitmusError ends the script with its sentence on the console and in `log`; any other error
    leaves its traceback in `log` and one line on the console.
    """
    unasked = NO_HUB.keys() if online else set()
    os.environ.update({name: value for name, value in OFFLINE.items() if name not in unasked})
    # Set before NumPy's and torch's thread pools start.
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(threads)
    try:
        yield
    except LitmusError as error:
        _fail(log, str(error), str(error))
    except MemoryError:
        _fail(
            log, "out of memory; lower directions.chunk or the batch size", traceback.format_exc()
        )
    except Exception as error:
        _fail(log, f"{type(error).__name__}: {error} (details in {log})", traceback.format_exc())
    else:
        _note(log, "a", "done")


def _fail(log: str, sentence: str, details: str) -> None:
    print(f"\nlitmus: {sentence}\n", file=sys.stderr, flush=True)
    _note(log, "w", details)
    sys.exit(1)


def _note(log: str, mode: str, text: str) -> None:
    # A full disk must not hide the sentence on the console.
    with suppress(OSError), open(log, mode, encoding="utf-8") as file:
        file.write(text + "\n")
