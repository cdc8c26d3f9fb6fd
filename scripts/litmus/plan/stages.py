"""The stages of a run: how many jobs, how many operations, how many bytes kept.

A stage's share is what part of the machine's matrix rate it was seen to reach: the embedded
default, two cores, every job of the run in the times of `benchmarks/`. Where nothing limits a stage
but products it is high; where products are small it is low, so that larger subjects are faster than
the plan says.
"""

import math
from typing import NamedTuple

from litmus.plan.work import Size
from litmus.settings.metrics.llc import LLC
from litmus.settings.settings import Settings

FLOAT = 4  # bytes
# Measured: of the rate of 512 × 512 products on all cores. See docs/scaling.md.
SHARES = {
    "activations": 0.7,
    "train_model": 0.23,
    "train_dictionary": 0.18,
    "weight_sensitivity": 0.53,
    "llc_functional": 0.35,
    "llc_behavioral": 0.35,
    "llc_natural": 0.35,
    "llc_quadratic": 0.27,
    "ablation": 0.29,
    "plateau": 0.44,
}
OVERHEAD = 2.5  # seconds of a core that a job takes whatever it does: Python, torch, its inputs
ALWAYS = 60.0  # seconds of a core for tables, figures and the report


class Stage(NamedTuple):
    """Jobs of one rule."""

    name: str
    jobs: int
    operations: float
    kept: float = 0.0
    """Bytes on disk when it is done."""

    def seconds(self, rate: float) -> float:
        """On a machine whose products run at `rate` operations a second, all its cores at work."""
        return self.operations / (rate * SHARES.get(self.name, 1.0))


def stages(settings: Settings, size: Size, groups: dict[str, int]) -> list[Stage]:
    """What a fresh run of `settings` does.

    Args:
        settings: the run's.
        size: the subject's, at the hook.
        groups: directions in each group.
    """
    corpus, dictionary = settings.corpus, settings.dictionary
    width = size.architecture.width
    below = size.lower * corpus.context
    everything = size.lower + size.upper + size.unembed
    trained = settings.activations.train_sequences if settings.trains_dictionary() else 0
    cached = corpus.eval_sequences + trained
    on_disk = cached * corpus.context * (width + 4) * FLOAT
    found = [
        Stage("activations", 1, cached * below, on_disk * (settings.activations.cache != "none"))
    ]
    weights = size.parameters * FLOAT
    if settings.model.source == "train":
        tokens = settings.model.steps * settings.model.batch_size * corpus.context
        found.append(Stage("train_model", 1, 3 * tokens * everything, weights))
    else:
        found.append(Stage("load_model", 1, 0, weights))
    if settings.trains_dictionary():
        per_token = 4 * width * dictionary.width
        found.append(
            Stage(
                "train_dictionary",
                1,
                3 * dictionary.training_tokens * per_token,
                width * dictionary.width * 4 * FLOAT,
            )
        )
    chunks = sum(-(-count // settings.directions.chunk) for count in groups.values())
    return found + [
        Stage(name, chunks, operations)
        for name, operations in _metrics(settings, size, sum(groups.values()), chunks).items()
    ]


def kept(every: list[Stage]) -> float:
    """Bytes on disk when all is done."""
    return sum(stage.kept for stage in every)


def _metrics(settings: Settings, size: Size, directions: int, chunks: int) -> dict[str, float]:
    """Operations of each metric that is on, calibration beside its metric."""
    metrics, context = settings.metrics, settings.corpus.context
    found: dict[str, float] = {}
    if (block := metrics.weight_sensitivity).enabled:
        # Every job runs the same noise, whatever its directions; each direction is a product more.
        tokens = len(block.scales) * block.draws * block.sequences * context
        projections = 2 * size.architecture.width * directions
        found["weight_sensitivity"] = tokens * (chunks * size.lower + projections)
    for name in ("llc_functional", "llc_behavioral", "llc_natural"):
        if (block := getattr(metrics, name)).enabled:
            scored = directions * len(block.variants())
            tried = 2 * block.calibration.settings * block.calibration.directions
            chains = block.chains * (scored + (tried if block.calibrate else 0))
            found[name] = chains * _chain(block, size, context, patched=name != "llc_functional")
    if (block := metrics.llc_quadratic).enabled:
        # A backward pass over its sequence for each active token, a sixth of all above one σ.
        active = block.sequences * context / 6
        found["llc_quadratic"] = directions * active * context * 3 * size.lower
    if (block := metrics.ablation).enabled:
        sequences = min(block.sequences, settings.corpus.eval_sequences)
        strongest = max((k for k in block.strongest if k != "all"), default=0)
        runs = directions * len(block.kinds) * (sequences + strongest)
        found["ablation"] = runs * context * (size.upper + size.unembed)
    if (block := metrics.plateau).enabled:
        bisections = max(0.0, math.log2(1 / (block.steps * block.tolerance)))
        lines = directions * block.bases * 2 * len(block.modes)
        found["plateau"] = lines * (block.steps + bisections) * (size.upper + size.unembed)
    return found


def _chain(block: LLC, size: Size, context: int, *, patched: bool) -> float:
    """Operations of one chain: a forward pass and a backward one, twice as dear, each step.

    A patched one goes on to the logits and back, with no gradient for the weights above.
    """
    above = 2 * size.upper + 2 * size.unembed if patched else 0
    return block.steps * block.batch_size * context * (3 * size.lower + above)
