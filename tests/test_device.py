"""The device that the config names."""

import pytest
import torch

from litmus import device
from litmus.errors import LitmusError


@pytest.fixture(params=[True, False], ids=["cuda", "no cuda"])
def available(request, monkeypatch):
    """A machine with an accelerator, and one without."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: request.param)
    return request.param


def test_auto_takes_an_accelerator_if_there_is_one(available):
    """And the CPU if there is none."""
    assert device.take("auto", 1).type == ("cuda" if available else "cpu")


def test_cpu_is_the_cpu(available):
    """Whatever else there is."""
    assert device.take("cpu", 1).type == "cpu"


def test_a_missing_accelerator_is_one_sentence(available):
    """It names the key, the value and what is valid."""
    if available:
        assert device.take("cuda", 1).type == "cuda"
    else:
        with pytest.raises(LitmusError, match=r"^device: found 'cuda'.*valid: auto or cpu$"):
            device.take("cuda", 1)


@pytest.mark.parametrize("threads", [2, 1])
def test_the_rules_threads_are_torchs(threads):
    """Last bits may depend on them, so they are never left to torch."""
    device.take("cpu", threads)
    assert torch.get_num_threads() == threads
