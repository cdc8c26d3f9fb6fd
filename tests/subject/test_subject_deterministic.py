"""Training at the default's batch, where two threads share the embedding's gradient."""

import hashlib

import numpy as np
import torch

from litmus import device
from litmus.subject import adapter, train
from litmus.subject.checkpoint import Architecture

SETTINGS = train.Training(
    steps=12,
    batch_size=64,
    learning_rate=4e-3,
    warmup_steps=2,
    weight_decay=0.01,
    checkpoint_every=100,
)


def digest(folder):
    """Hash of the weights after a short training on two threads."""
    model = adapter.build(Architecture(2, 64, 4, 256, 32, 1024), 0)
    rows = np.random.default_rng(0).integers(1024, size=(800, 32), dtype=np.int32)
    train.train(model, rows, rows[:8], SETTINGS, 0, folder / "checkpoint.pt", "key")
    weights = torch.cat([value.flatten() for value in adapter.weights(model).values()])
    return hashlib.sha256(weights.numpy().tobytes()).hexdigest()


def test_training_repeats_bit_for_bit_on_two_threads(tmp_path):
    """Three runs, one result."""
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    try:
        device.take("cpu", 2)
        assert len({digest(tmp_path) for _ in range(3)}) == 1
    finally:
        torch.set_num_threads(before[0])
        torch.use_deterministic_algorithms(before[1])
