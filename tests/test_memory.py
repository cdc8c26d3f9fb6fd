"""What fits, and what happens when it does not."""

from types import SimpleNamespace

import psutil
import pytest
import torch

from litmus import device, memory
from litmus.errors import LitmusError

CPU, CUDA = torch.device("cpu"), torch.device("cuda", 0)


def running_out(above, error):
    """A run that fits up to a size, and remembers what it was asked."""
    asked = []

    def run(size):
        asked.append(size)
        if size > above:
            raise error
        return f"done with {size}"

    return run, asked


def real():
    """What torch says on this machine for more than it has."""
    try:
        torch.empty(1 << 60, dtype=torch.uint8)
    except RuntimeError as error:
        return error


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("CUDA error: out of memory\nCompile with `TORCH_USE_CUDA_DSA`"),
        MemoryError("Unable to allocate 8.00 GiB for an array"),
        real(),
    ],
    ids=["cuda", "cublas", "driver", "numpy", "torch on this CPU"],
)
def test_a_batch_halves_until_it_fits(error, capsys):
    """However it is told that memory ran out; each time is said in one line."""
    run, asked = running_out(3, error)
    assert memory.within_memory(20, run, "a.batch_size", "rows") == ("done with 2", 2)
    assert asked == [20, 10, 5, 2]
    assert capsys.readouterr().err.splitlines() == [
        f"[out of memory] a.batch_size: too many rows at once, begun again with {size}; "
        "no result depends on it, beyond rounding"
        for size in (10, 5, 2)
    ]


def test_what_fits_is_run_once_and_in_silence(capsys):
    """With the size asked for."""
    run, asked = running_out(8, MemoryError())
    assert memory.within_memory(8, run, "a.batch_size", "rows") == ("done with 8", 8)
    assert asked == [8] and capsys.readouterr().err == ""


def test_not_even_one_is_a_sentence():
    """It names the key and what was said, after 1 was tried."""
    run, asked = running_out(0, MemoryError("no 8 GiB"))
    with pytest.raises(
        LitmusError, match=r"^a\.batch_size: out of memory .* 1 of its rows .*8 GiB"
    ):
        memory.within_memory(4, run, "a.batch_size", "rows")
    assert asked == [4, 2, 1]


@pytest.mark.parametrize("error", [RuntimeError("shapes do not match"), KeyError("out of memory")])
def test_other_errors_are_not_hidden(error):
    """And nothing is run again."""
    run, asked = running_out(0, error)
    with pytest.raises(type(error)):
        memory.within_memory(4, run, "a.batch_size", "rows")
    assert asked == [4]


def test_what_the_failed_run_held_is_let_go():
    """Before the next begins: nothing refers to it any more, not even the error."""
    alive = []

    class Held:
        def __init__(self):
            alive.append(self)

        def __del__(self):
            gone.append(1)

    gone, seen = [], []

    def run(size):
        seen.append(len(gone))
        held = Held()
        alive.clear()
        if size > 1:
            raise MemoryError(str(held)[:0])

    memory.within_memory(4, run, "a.batch_size", "rows")
    assert seen == [0, 1, 2]


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """8 GiB free, no limits by cgroups, and one job."""
    available = SimpleNamespace(available=8 << 30)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: available)
    monkeypatch.setattr(memory, "_limits", lambda: [])
    monkeypatch.delenv(memory.CPU_JOBS, raising=False)
    monkeypatch.delenv(device.JOBS_PER_GPU, raising=False)


def test_how_many_fit_into_the_cpus_memory(machine, monkeypatch):
    """A share of what is free, and of that a job's part: by hand, for things of 1 GiB."""
    assert memory.fits(1 << 30, CPU, share=1.0) == 8
    assert memory.fits(1 << 30, CPU, share=0.5) == 4
    monkeypatch.setenv(memory.CPU_JOBS, "3")
    assert memory.fits(1 << 30, CPU, share=1.0) == 2
    assert memory.fits(1 << 40, CPU) == 0


def test_the_tightest_limit_counts(machine, monkeypatch):
    """A container's or a cluster's, where it leaves less than the machine has; never below zero."""
    monkeypatch.setattr(memory, "_limits", lambda: [16 << 30, 2 << 30])
    assert memory.free(CPU) == 2 << 30
    monkeypatch.setattr(memory, "_limits", lambda: [-5])
    assert memory.free(CPU) == 0


def test_how_many_fit_into_a_gpus_memory(machine, monkeypatch):
    """What the driver calls free, and what torch's allocator keeps without using it."""
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (6 << 30, 80 << 30))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 5 << 30)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 3 << 30)
    assert memory.free(CUDA) == 8 << 30
    monkeypatch.setenv(device.JOBS_PER_GPU, "2")
    assert memory.fits(1 << 30, CUDA, share=0.5) == 2


def test_limits_are_read_from_the_groups_above(monkeypatch, tmp_path):
    """Each group with a limit: the limit less what is used, cache aside."""
    own = tmp_path / "slurm" / "job_7"
    own.mkdir(parents=True)

    def limit(group, most, used, cache):
        (group / "memory.max").write_text(f"{most}\n")
        (group / "memory.current").write_text(f"{used}\n")
        (group / "memory.stat").write_text(f"anon 5\ninactive_file {cache}\n")

    limit(own, 1000, 300, 100)
    limit(own.parent, "max", 300, 100)
    limit(tmp_path, 5000, 4000, 0)
    monkeypatch.setattr(memory, "CGROUPS", tmp_path)
    monkeypatch.setattr(memory, "OWN", tmp_path / "cgroup")
    (tmp_path / "cgroup").write_text("4:memory:/old\n0::/slurm/job_7\n")
    assert memory._limits() == [800, 1000]
    (tmp_path / "cgroup").write_text("4:memory:/old\n")
    assert memory._limits() == []
