"""Tokens and subject → the activation cache, and the statistics of its evaluation split."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    import numpy as np
    import torch

    from litmus import device, tables
    from litmus.activations import cache
    from litmus.activations.statistics import Accumulator
    from litmus.corpus.tokens import split_of
    from litmus.progress import Progress
    from litmus.stacked import StackedLower
    from litmus.subject import checkpoint

    settings = snakemake.params.settings
    where = device.take(snakemake.params.device, snakemake.threads)
    tokens = tables.read(snakemake.input.tokens)
    evaluation = split_of(tokens, "eval")
    training = split_of(tokens, "train")[: settings["train_sequences"]]
    architecture, weights = checkpoint.load(Path(snakemake.input.weights).parent)
    lower = StackedLower(architecture, snakemake.params.hook)
    parameters = {k: v[None].to(where) for k, v in lower.pack(weights).items()}
    progress = Progress("caching activations", len(evaluation) + len(training), "sequences")

    @torch.no_grad()
    def run(batch: np.ndarray) -> np.ndarray:
        """Activations (n, context, width) of a batch of tokens (n, context)."""
        progress.advance(len(batch))
        placed = torch.from_numpy(batch).long().to(where)
        return lower.activations(parameters, placed[None])[0].cpu().numpy()

    size = settings["batch_size"]
    batches = [
        (split, first + start, rows[start : start + size])
        for split, first, rows in [
            ("eval", 0, evaluation),
            ("train", len(evaluation), training),
        ]
        for start in range(0, len(rows), size)
    ]
    accumulator = Accumulator(architecture.width)

    def visit(split: str, activations: np.ndarray) -> None:
        """Statistics describe the split that is scored."""
        if split == "eval":
            accumulator.add(activations)

    cache.write(snakemake.output.activations, batches, run, architecture.width, visit)
    accumulator.statistics().write(snakemake.output.statistics)
