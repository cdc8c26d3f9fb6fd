"""Train a dictionary on cached activations with SAELens."""

import contextlib
import io
import json
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sae_lens import SAE
from sae_lens.config import LoggingConfig, SAETrainerConfig
from sae_lens.registry import get_sae_training_class
from sae_lens.training.sae_trainer import SAETrainer

from litmus.errors import LitmusError
from litmus.seeds import generator, stream


@dataclass(frozen=True)
class Dictionary:
    """How to train; the keys of the config's `dictionary` block."""

    architecture: str
    width: int
    k: int
    l1_coefficient: float
    l0_coefficient: float
    training_tokens: int
    batch_size: int
    learning_rate: float
    seed: int


def train(
    activations: np.ndarray,
    settings: Dictionary,
    hook: str,
    folder: Path,
    device: torch.device,
    after_batch: Callable[[int], None] = lambda size: None,
) -> None:
    """Train on `activations` (n, d) and write SAELens's own format to `folder`.

    Raises:
        LitmusError: there are fewer activations than one batch, or the weights diverged.
    """
    if len(activations) < settings.batch_size:
        raise LitmusError(
            f"dictionary.batch_size: found {settings.batch_size}, but only {len(activations)} "
            "activations are cached; lower it or raise activations.train_sequences"
        )
    sae_class, config_class = get_sae_training_class(settings.architecture)
    own = {
        "topk": {"k": settings.k},
        "batchtopk": {"k": settings.k},
        "standard": {"l1_coefficient": settings.l1_coefficient},
        "jumprelu": {"l0_coefficient": settings.l0_coefficient},
    }[settings.architecture]
    steps = max(1, settings.training_tokens // settings.batch_size)
    # SAELens draws initial weights from torch's global stream: lend it one of our own.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stream(settings.seed, "dictionary"))
        sae = sae_class(
            config_class(
                d_in=activations.shape[1],
                d_sae=settings.width,
                device=str(device),
                apply_b_dec_to_input=True,
                **own,
            )
        )
        sae.cfg.metadata.hook_name = hook
        with torch.no_grad():
            sae.b_dec.copy_(torch.from_numpy(activations.mean(0, dtype=np.float64)))
        trainer = SAETrainer(
            SAETrainerConfig(
                total_training_samples=steps * settings.batch_size,
                train_batch_size_samples=settings.batch_size,
                lr=settings.learning_rate,
                lr_end=settings.learning_rate / 10,
                lr_warm_up_steps=min(50, steps // 10),
                lr_decay_steps=steps // 5,
                device=str(device),
                dead_feature_window=max(10, steps // 20),
                logger=LoggingConfig(log_to_wandb=False),
            ),
            sae,
            _batches(activations, settings, device, after_batch),
        )
        with contextlib.redirect_stderr(io.StringIO()):  # its own progress bar
            trained = trainer.fit()
    if not all(torch.isfinite(p).all() for p in trained.parameters()):
        raise LitmusError(
            f"dictionary.learning_rate: found {settings.learning_rate}, with which the "
            "dictionary's weights diverged; try a tenth of it"
        )
    trained.save_inference_model(folder)
    # SAELens writes the keys in the order of a set, which changes from process to process.
    written = folder / "cfg.json"
    written.write_text(json.dumps(json.loads(written.read_text()), sort_keys=True) + "\n")


def load(folder: str | Path, device: torch.device | str = "cpu") -> SAE:
    """The dictionary in `folder`, ready for inference.

    Raises:
        LitmusError: there is none, or its weights are not finite.
    """
    try:
        # It would have the model loaded as the record says: `fit` sees to that.
        with warnings.catch_warnings(action="ignore"):
            sae = SAE.load_from_disk(folder, device=str(device))
    except Exception as error:  # SAELens raises whatever its readers raise
        raise LitmusError(f"{folder}: holds no SAELens dictionary ({error})") from error
    if not all(torch.isfinite(p).all() for p in sae.parameters()):
        raise LitmusError(f"{folder}: the dictionary's weights hold NaN or infinite numbers")
    return sae.eval().requires_grad_(False)


def _batches(
    activations: np.ndarray,
    settings: Dictionary,
    device: torch.device,
    after_batch: Callable[[int], None],
) -> Iterator[torch.Tensor]:
    """Batches for ever; each pass over the activations in an order of its own."""
    size = settings.batch_size
    epoch = 0
    while True:
        order = generator(settings.seed, "dictionary epoch", epoch).permutation(len(activations))
        for start in range(0, len(order) - size + 1, size):
            after_batch(size)
            yield torch.from_numpy(activations[order[start : start + size]]).to(device)
        epoch += 1
