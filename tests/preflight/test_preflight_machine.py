"""Disk, memory, speed, and the words of the plan."""

import shutil
import time
from types import SimpleNamespace

import pytest
import torch

from litmus.plan.stages import ALWAYS, OVERHEAD, SHARES, Stage
from litmus.preflight import machine, report


@pytest.fixture
def free(monkeypatch):
    """Set how many bytes are free on every disk."""
    return lambda count: monkeypatch.setattr(
        shutil, "disk_usage", lambda path: SimpleNamespace(free=count)
    )


def test_a_disk_that_is_too_small_is_told_before_it_is_full(free, tmp_path):
    """A fifth more than what is counted: 600 bytes do for 500, and not for 501."""
    free(600)
    assert machine.disk(tmp_path / "results", 500) == ""
    told = machine.disk(tmp_path / "results", 501)
    assert told.startswith("results: ") and "activations.cache: none" in told


def test_what_a_run_has_kept_already_needs_no_room(free, tmp_path):
    """400 bytes are there, so 200 free ones are enough for 500."""
    (tmp_path / "model").write_bytes(b"x" * 400)
    free(200)
    assert machine.disk(tmp_path, 500) == ""
    assert machine.disk(tmp_path, 501)


def test_the_rate_is_operations_by_time(monkeypatch):
    """A millisecond for 2·512³ operations."""
    ticks = iter(range(1000))
    monkeypatch.setattr(time, "perf_counter", lambda: next(ticks) * 1e-3)
    assert machine.rate(torch.device("cpu")) == pytest.approx(2 * 512**3 / 1e-3)


@pytest.mark.parametrize(
    "count, words", [(999, "0.999 kB"), (1.5e9, "1.5 GB"), (24.6e6, "24.6 MB"), (3e12, "3 TB")]
)
def test_bytes_in_words(count, words):
    """Three digits."""
    assert machine.size(count) == words


@pytest.mark.parametrize("seconds, words", [(40, "40 s"), (780, "13 min"), (9000, "2.5 h")])
def test_durations_in_words(seconds, words):
    """As a person would say them."""
    assert report.duration(seconds) == words


def test_a_plan_adds_up():
    """10¹² operations at the stage's share of 10¹¹ a second; 6 jobs' overhead on 2 workers."""
    stages = [Stage("llc_functional", 4, 1e12), Stage("load_model", 1, 0.0, 5e8)]
    record = report.plan(stages, 6, 1e11, 2, 1e9, "2 cores")
    products = 10 / SHARES["llc_functional"]
    assert record["seconds"] == pytest.approx(products + (6 * OVERHEAD + ALWAYS) / 2)
    assert record["bytes"] == 5e8
    assert "6 jobs, 500 MB on disk (1 GB free)" in report.told(record)
    assert "llc_functional" in report.told(record).splitlines()[-1]
