"""Train a subject on token sequences: AdamW, linear warm-up, cosine; resumes after a kill."""

import math
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from litmus.errors import LitmusError
from litmus.seeds import generator
from litmus.tables import atomic

EVAL_SEQUENCES = 512


@dataclass(frozen=True)
class Training:
    """How to train; the keys of the config's `model` block."""

    steps: int
    batch_size: int
    learning_rate: float
    warmup_steps: int
    weight_decay: float
    checkpoint_every: int


@dataclass
class Record:
    """The loss curve: one entry a step."""

    step: list[int]
    train_loss: list[float]
    eval_loss: list[float]
    learning_rate: list[float]


def learning_rate(step: int, settings: Training) -> float:
    """Linear warm-up to the peak, then a cosine down to a tenth of it at the last step."""
    if step < settings.warmup_steps:
        return settings.learning_rate * (step + 1) / settings.warmup_steps
    done = (step - settings.warmup_steps) / max(1, settings.steps - settings.warmup_steps)
    return settings.learning_rate * (0.55 + 0.45 * math.cos(math.pi * done))


def batch(sequences: np.ndarray, step: int, size: int, seed: int) -> Tensor:
    """The sequences of one step, int64 (size, context).

    Every epoch passes all sequences once in an order of its own. The batch depends on the step
    alone, so that a resumed run sees what an undisturbed one sees.
    """
    places = np.arange(step * size, (step + 1) * size)
    epochs, offsets = np.divmod(places, len(sequences))
    order = {e: generator(seed, "epoch", int(e)).permutation(len(sequences)) for e in set(epochs)}
    rows = [order[epoch][offset] for epoch, offset in zip(epochs, offsets, strict=True)]
    return torch.from_numpy(sequences[rows].astype(np.int64))


def train(
    model: nn.Module,
    training: np.ndarray,
    evaluation: np.ndarray,
    settings: Training,
    seed: int,
    checkpoint: Path,
    key: str,
    after_step: Callable[[int], None] = lambda done: None,
) -> Record:
    """Train `model` in place and return its loss curve.

    Args:
        model: called with int64 (batch, context) tokens and `return_type="loss"`.
        training: int32 (n, context).
        evaluation: int32 (m, context); `EVAL_SEQUENCES` of them give `eval_loss`.
        settings: how to train.
        seed: of the data's order.
        checkpoint: where the state is kept every `checkpoint_every` steps; the caller removes it
            once the weights are saved.
        key: names all that the training depends on; a checkpoint with another key is ignored.
        after_step: called with the number of steps done.

    Raises:
        LitmusError: the loss is not finite.
    """
    # By name, for TransformerLens's attention biases are matrices too.
    decays = {name: name.split(".")[-1].startswith("W_") for name, _ in model.named_parameters()}
    decayed = [p for name, p in model.named_parameters() if decays[name]]
    others = [p for name, p in model.named_parameters() if not decays[name]]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": settings.weight_decay}, {"params": others}],
        weight_decay=0.0,
        betas=(0.9, 0.95),
    )
    device = next(model.parameters()).device
    record = _resume(model, optimizer, checkpoint, key) or Record([], [], [], [])
    after_step(len(record.step))
    for step in range(len(record.step), settings.steps):
        rate = learning_rate(step, settings)
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = model(
            batch(training, step, settings.batch_size, seed).to(device), return_type="loss"
        )
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if not math.isfinite(loss.item()):
            raise LitmusError(
                f"model.learning_rate: found {settings.learning_rate}, with which the training "
                f"loss is {loss.item()} at step {step}; try a tenth of it"
            )
        last = step + 1 == settings.steps
        due = last or (step + 1) % settings.checkpoint_every == 0
        record.step.append(step)
        record.train_loss.append(loss.item())
        record.eval_loss.append(evaluate(model, evaluation, device) if due else math.nan)
        record.learning_rate.append(rate)
        if due and not last:
            state = {"key": key, "record": vars(record), "optimizer": optimizer.state_dict()}
            with atomic(checkpoint) as temporary:
                torch.save({**state, "model": model.state_dict()}, temporary)
        after_step(step + 1)
    return record


@torch.no_grad()
def evaluate(model: nn.Module, evaluation: np.ndarray, device: torch.device) -> float:
    """Mean next-token loss (nats) on `EVAL_SEQUENCES` evenly spaced rows of `evaluation`."""
    spaced = evaluation[:: max(1, len(evaluation) // EVAL_SEQUENCES)][:EVAL_SEQUENCES]
    tokens = torch.from_numpy(spaced.astype(np.int64)).to(device)
    losses = [model(part, return_type="loss").item() * len(part) for part in tokens.split(128)]
    return sum(losses) / len(tokens)


def _resume(
    model: nn.Module, optimizer: torch.optim.Optimizer, checkpoint: Path, key: str
) -> Record | None:
    try:
        state = torch.load(checkpoint, weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError):
        return None  # none, or a damaged one: start anew
    if state.get("key") != key:
        return None
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return Record(**state["record"])
