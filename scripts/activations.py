"""Tokens and subject → the activation cache, and the statistics of its evaluation split."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    import torch

    from litmus import device
    from litmus.activations import cache
    from litmus.activations.statistics import Accumulator
    from litmus.corpus import tokens
    from litmus.progress import Progress
    from litmus.stacked import StackedLower
    from litmus.subject import checkpoint

    settings = snakemake.params.settings
    where = device.take(snakemake.params.device, snakemake.threads)
    architecture, weights = checkpoint.load(Path(snakemake.input.weights).parent)
    lower = StackedLower(architecture, snakemake.params.hook)
    parameters = {k: v[None].to(where) for k, v in lower.pack(weights).items()}
    progress = Progress("caching activations", snakemake.params.sequences, "sequences")

    @torch.no_grad()
    def run(batch: np.ndarray) -> np.ndarray:
        """Activations (n, context, width) of a batch of tokens (n, context)."""
        progress.advance(len(batch))
        placed = torch.tensor(batch).long().to(where)
        return lower.activations(parameters, placed[None])[0].cpu().numpy()

    def batches() -> Iterator[tuple[str, int, np.ndarray]]:
        """Evaluation first: it is what every score reads."""
        for split, most in [("eval", None), ("train", settings["train_sequences"])]:
            for first, rows in tokens.batches(
                snakemake.input.tokens, split, settings["batch_size"], most
            ):
                yield split, first, rows

    accumulator = Accumulator(architecture.width)

    def visit(split: str, activations: np.ndarray) -> None:
        """Statistics describe the split that is scored."""
        if split == "eval":
            accumulator.add(activations)

    cache.write(snakemake.output.activations, batches(), run, architecture.width, visit)
    accumulator.statistics().write(snakemake.output.statistics)
