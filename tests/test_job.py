"""What every script does around its work."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from litmus.job import OFFLINE

SCRIPTS = Path(__file__).parents[1] / "scripts"
IMPORTS = "from litmus.errors import LitmusError; from litmus.job import job\n"


@pytest.fixture
def log(tmp_path):
    """Where the job writes its log."""
    return tmp_path / "job.log"


def run(log, *lines, threads=1):
    """A script whose job's body is `lines`, started by a user who has set other switches."""
    switches = {**dict.fromkeys(OFFLINE, "0"), "OMP_NUM_THREADS": "64"}
    body = "\n".join(f"    {line}" for line in lines)
    code = f"{IMPORTS}with job({str(log)!r}, {threads}):\n{body}\n"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=SCRIPTS,
        env={**os.environ, **switches},
        capture_output=True,
        text=True,
    )


def test_a_job_that_succeeds(log):
    """Exit 0, nothing on the console but its own words, a log."""
    done = run(log, "print('hello')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "hello\n", "")
    assert log.read_text() == "done\n"


def test_a_users_mistake_is_its_sentence(log):
    """Exit 1; the sentence once on the console and in the log, no traceback in either."""
    done = run(log, "raise LitmusError('corpus.paths: found no text')")
    assert done.returncode == 1
    assert done.stderr.split("\n") == ["", "litmus: corpus.paths: found no text", "", ""]
    assert log.read_text() == "corpus.paths: found no text\n"


def test_another_error_leaves_its_traceback_in_the_log(log):
    """One line on the console that says where the rest is."""
    done = run(log, "int('x')")
    assert done.returncode == 1
    (line,) = done.stderr.strip().split("\n")
    assert line.startswith("litmus: ValueError: invalid literal")
    assert str(log) in line
    assert log.read_text().startswith("Traceback")
    assert "ValueError: invalid literal" in log.read_text()


def test_too_little_memory_names_what_to_lower(log):
    """No Python word on the console."""
    done = run(log, "raise MemoryError")
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "litmus: out of memory; lower directions.chunk or the batch size"
    )
    assert "MemoryError" in log.read_text()


@pytest.mark.parametrize("place", ["missing/job.log", "."])
def test_a_log_that_cannot_be_written_hides_nothing(place, tmp_path):
    """A full disk takes the log, not the sentence, and no success either."""
    failed = run(tmp_path / place, "raise LitmusError('t.parquet: could not be written')")
    assert failed.returncode == 1
    assert failed.stderr.strip() == "litmus: t.parquet: could not be written"
    done = run(tmp_path / place, "pass")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_libraries_stay_off_the_network(log):
    """Their switches are set, whatever the user's are, and so are the threads, before the work."""
    done = run(log, "import json, os", "print(json.dumps(dict(os.environ)))", threads=3)
    environment = json.loads(done.stdout)
    assert OFFLINE.items() <= environment.items()
    assert {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "WANDB_MODE"} <= OFFLINE.keys()
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        assert environment[name] == "3"


def test_a_job_imports_nothing_heavy(log):
    """The threads are set before NumPy and torch start theirs."""
    done = run(log, "import sys", "print({'numpy', 'torch', 'pyarrow'} & set(sys.modules))")
    assert done.stdout == "set()\n"
