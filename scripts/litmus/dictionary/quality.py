"""How good a dictionary is: what it explains, how sparsely, and what it costs the subject."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import torch
from sae_lens import SAE
from torch import Tensor

# (tokens (n, context), activations (n, context, width)) → next-token loss of each sequence (n,).
SequenceLoss = Callable[[Tensor, Tensor], Tensor]


class Quality(NamedTuple):
    """Named quantities with their standard errors over sequences, and each feature's use."""

    quantities: dict[str, tuple[float, float]]
    active_tokens: np.ndarray
    """On how many tokens each feature is active: int64 (d_sae,)."""


@torch.no_grad()
def measure(
    sae: SAE,
    blocks: Iterable[tuple[np.ndarray, np.ndarray]],
    mean: np.ndarray,
    loss: SequenceLoss,
    min_activations: int,
    after_block: Callable[[int], None] = lambda count: None,
    device: torch.device | str = "cpu",
) -> Quality:
    """Measure on blocks of tokens (n, context) and their activations (n, context, width).

    unexplained_variance: Σ‖a − â‖² / Σ‖a − mean‖² · l0: active features per token · dead_features:
    active on fewer than `min_activations` tokens · loss_clean, loss_reconstructed,
    loss_mean_ablated: the subject's next-token loss (nats) with the activations, their
    reconstruction or their mean put in · loss_rise: reconstructed − clean · loss_recovered:
    1 − rise / (mean_ablated − clean).

    Standard errors are over sequences (of a ratio, by the delta method). `device` is where the
    dictionary is, and what `loss` takes.
    """
    centre = torch.tensor(mean).float().to(device)
    columns: dict[str, list[Tensor]] = {}
    active = torch.zeros(sae.cfg.d_sae, dtype=torch.int64, device=device)
    for block_tokens, activations in blocks:
        tokens = torch.tensor(block_tokens).long().to(device)
        a = torch.tensor(activations).to(device)
        features = sae.encode(a)
        rebuilt = sae.decode(features)
        fired = features != 0  # below zero too, where an architecture lets them
        active += fired.flatten(0, 1).sum(0)
        for name, value in {
            "residual": (a - rebuilt).square().sum((1, 2)),
            "variance": (a - centre).square().sum((1, 2)),
            "l0": fired.sum(-1).double().mean(1),
            "loss_clean": loss(tokens, a),
            "loss_reconstructed": loss(tokens, rebuilt),
            "loss_mean_ablated": loss(tokens, centre.expand_as(a)),
        }.items():
            columns.setdefault(name, []).append(value.double())
        after_block(len(tokens))
    by = {name: torch.cat(parts).cpu().numpy() for name, parts in columns.items()}
    rise = by["loss_reconstructed"] - by["loss_clean"]
    lost, lost_error = ratio(rise, by["loss_mean_ablated"] - by["loss_clean"])
    losses = ("l0", "loss_clean", "loss_reconstructed", "loss_mean_ablated")
    return Quality(
        {
            "features": (float(len(active)), 0.0),
            "dead_features": (float((active < min_activations).sum()), 0.0),
            "unexplained_variance": ratio(by["residual"], by["variance"]),
            **{name: _mean(by[name]) for name in losses},
            "loss_rise": _mean(rise),
            "loss_recovered": (1 - lost, lost_error),
        },
        active.cpu().numpy(),
    )


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> tuple[float, float]:
    """Σnumerator / Σdenominator over sequences, and its standard error by the delta method."""
    value = numerator.sum() / denominator.sum()
    spread = (numerator - value * denominator).std(ddof=1) / denominator.mean()
    return float(value), float(spread / np.sqrt(len(numerator)))


def _mean(values: np.ndarray) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
