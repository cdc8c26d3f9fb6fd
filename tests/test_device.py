"""The device that the config names, and which of several it is."""

from types import SimpleNamespace

import pytest
import torch

from litmus import device, slots
from litmus.errors import LitmusError


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine with so many pretend GPUs, on which nothing is set: `machine(3)`."""
    monkeypatch.setattr(slots, "folder", lambda: tmp_path)
    monkeypatch.setattr(slots, "_HELD", {})
    for name in ("CUDA_VISIBLE_DEVICES", device.JOBS_PER_GPU):
        monkeypatch.delenv(name, raising=False)
    chosen = []
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)

    def of(count, first=0):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
        known = [SimpleNamespace(uuid=f"GPU-{first + number}") for number in range(count)]
        monkeypatch.setattr(torch.cuda, "get_device_properties", known.__getitem__)
        return chosen

    return of


def another_job(monkeypatch):
    """From here on it is another process that asks: it holds nothing yet."""
    monkeypatch.setattr(slots, "_HELD", {})


@pytest.mark.parametrize("count", [0, 1, 3])
def test_auto_takes_an_accelerator_if_there_is_one(machine, count):
    """And the CPU if there is none."""
    machine(count)
    assert device.take("auto", 1).type == ("cuda" if count else "cpu")


def test_cpu_is_the_cpu(machine):
    """Whatever else there is, and nothing of it is held."""
    machine(1)
    assert device.take("cpu", 1).type == "cpu"
    assert slots._HELD == {}


def test_a_missing_accelerator_is_one_sentence(machine):
    """It names the key, the value and what is valid."""
    machine(0)
    with pytest.raises(LitmusError, match=r"^device: found 'cuda'.*valid: auto or cpu$"):
        device.take("cuda", 1)


def test_products_are_exact_unless_the_config_says_otherwise(machine):
    """TF32 for one job, and float32 for the next that does not ask for it."""
    machine(1)
    device.take("cuda-tf32", 1)
    assert torch.get_float32_matmul_precision() == "high"
    device.take("auto", 1)
    assert torch.get_float32_matmul_precision() == "highest"


def test_jobs_take_different_devices(machine, monkeypatch):
    """One after the other, each its own, and torch is told which."""
    chosen, taken = machine(3), []
    for _ in range(3):
        another_job(monkeypatch)
        taken.append(device.take("cuda", 1))
    assert taken == chosen == [torch.device("cuda", number) for number in range(3)]


def test_a_job_that_asks_twice_has_one(machine):
    """It would wait for itself otherwise."""
    machine(1)
    assert device.take("cuda", 1) == device.take("cuda", 1) == torch.device("cuda", 0)


def test_several_jobs_share_a_device_if_they_may(machine, monkeypatch):
    """Every device gets its first job before any gets its second."""
    machine(2)
    monkeypatch.setenv(device.JOBS_PER_GPU, "2")
    taken = []
    for _ in range(4):
        another_job(monkeypatch)
        taken.append(device.take("cuda", 1).index)
    assert taken == [0, 1, 0, 1]


def test_devices_are_known_by_identity(machine, monkeypatch):
    """Who sees the second device alone, as his first, does not take what is held as the second."""
    machine(2)
    assert device.take("cuda", 1).index == 0
    another_job(monkeypatch)
    machine(2, first=1)
    assert device.take("cuda", 1).index == 0  # GPU-1
    another_job(monkeypatch)
    machine(3)
    assert device.take("cuda", 1).index == 2


def test_a_schedulers_choice_stands(machine, monkeypatch):
    """The one device that it shows is taken, held by another job or not, and nothing is set."""
    machine(1)
    device.take("cuda", 1)
    another_job(monkeypatch)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5")
    assert device.take("cuda", 1) == torch.device("cuda", 0)
    assert slots._HELD == {}
    assert device.os.environ["CUDA_VISIBLE_DEVICES"] == "5"


@pytest.mark.parametrize("threads", [2, 1])
def test_the_rules_threads_are_torchs(threads):
    """Last bits may depend on them, so they are never left to torch."""
    device.take("cpu", threads)
    assert torch.get_num_threads() == threads
