"""Ablation against the straightforward way: a hook on the full model, one direction at a time."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from litmus.activations.cache import Block
from litmus.metrics.ablation.effect import effects_of
from litmus.metrics.ablation.measure import effects
from litmus.metrics.ablation.settings import Ablation
from litmus.metrics.ablation.strongest import Chosen, peaks
from litmus.metrics.projections import project
from pairs import Comparison, compare, timed
from subject import CONFIG, Bench

DIRECTIONS = 48  # a chunk of the embedded default
STRONGEST = (1, 4, 8, 16, 32)
BATCH = 32  # sequences at once on the other side: of 8, 16, 32 and 128 the fastest
# Relative; and in nats, of a float32 KL, which is rounded to 1e-7 on either side.
TOLERANCE, ROUNDING = 1e-5, 1e-6
GPU_TOKENS = 8192  # at once
ON_CPU = CONFIG["metrics"]["ablation"]["batch_tokens"]


def run_for_run(given: Bench) -> Comparison:
    """The same ablated runs on both sides, each (direction, data point, kind) once.

    The other side measures both effects from the same logits and runs the unchanged model once.
    """
    return _compared("ablation_vs_hooks", given, each_k=False)


def grid(given: Bench) -> Comparison:
    """All k at once against one k after the other."""
    return _compared("ablation_grid_vs_hooks", given, each_k=True)


def _compared(name: str, given: Bench, each_k: bool) -> Comparison:
    """Seconds for both kinds and both effects of a chunk of directions.

    Raises:
        AssertionError: the two sides differ by more than `TOLERANCE`.
    """
    with torch.no_grad():
        activations = given.subject.lower(given.tokens)
    block = Block(given.tokens.cpu().numpy(), activations.cpu().numpy())
    vectors = given.vectors[:DIRECTIONS]
    means = (activations @ vectors.T).flatten(0, 1).mean(0)
    settings = Ablation(
        kinds=["mean", "zero"],
        effects=["kl", "sparsity"],
        strongest=STRONGEST,
        sparsity="logits",
        tokens="all",
        sequences=2,
        batch_tokens=GPU_TOKENS if given.device.type == "cuda" else ON_CPU,
    )
    measure = effects_of(given.architecture, given.hook, given.weights, settings)
    strong = peaks(project([block], vectors.cpu().numpy()), settings.tokens)
    chosen = Chosen(strong, settings, 0)
    numbers = STRONGEST if each_k else STRONGEST[-1:]

    def ours() -> np.ndarray:
        return effects(measure, [block], vectors, means, chosen.wanted)

    def theirs() -> np.ndarray:
        return hooked(given, vectors, means, [chosen.ranked[:k] for k in numbers])

    np.testing.assert_allclose(ours(), theirs(), rtol=TOLERANCE, atol=ROUNDING)
    unit = f"s for {DIRECTIONS} directions"
    return compare(name, unit, lambda: timed(ours), lambda: timed(theirs))


@torch.no_grad()
def hooked(
    given: Bench, vectors: Tensor, means: Tensor, ranked: Sequence[np.ndarray]
) -> np.ndarray:
    """KL and L1/L2 (kinds, effects, sequences, n) by `run_with_hooks`; NaN where unwanted.

    Args:
        given: the subject.
        vectors: unit vectors (n, width).
        means: of each projection, (n,).
        ranked: for every k the sequences of each direction, (k, n).
    """
    model = given.subject.model
    found = np.full((2, 2, len(given.tokens), len(vectors)), np.nan)
    clean = torch.cat([model(part) for part in given.tokens.split(BATCH)])
    logs = clean.log_softmax(-1)
    for chosen in ranked:
        for d, vector in enumerate(vectors):
            for kind, target in enumerate((means[d], 0.0)):

                def ablate(
                    activation: Tensor, hook: object, v: Tensor = vector, c: float | Tensor = target
                ) -> Tensor:
                    return activation + (c - activation @ v).unsqueeze(-1) * v

                for first in range(0, len(chosen), BATCH):
                    part = chosen[first : first + BATCH, d]
                    logits = model.run_with_hooks(
                        given.tokens[part], fwd_hooks=[(given.hook, ablate)]
                    )
                    kl = (logs[part].exp() * (logs[part] - logits.log_softmax(-1))).sum(-1)
                    change = logits - clean[part]
                    change = change - change.median(-1, keepdim=True).values
                    ratio = change.abs().sum((1, 2)) / change.square().sum((1, 2)).sqrt()
                    found[kind][:, part, d] = torch.stack([kl.mean(-1), ratio]).cpu().numpy()
    return found
