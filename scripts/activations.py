"""Tokens and subject → the statistics of the activations, and their cache where one is kept."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np

    from litmus import device
    from litmus.activations import cache
    from litmus.activations.recomputed import Recomputed
    from litmus.activations.statistics import Accumulator
    from litmus.corpus import tokens
    from litmus.progress import Progress

    given, params = snakemake.input, snakemake.params
    kept = snakemake.output.get("activations")
    # Evaluation first: it is what every score reads.
    splits = {"eval": None, "train": params.train_sequences} if kept else {"eval": None}
    source = Recomputed(
        given.tokens,
        Path(given.weights).parent,
        params.hook,
        params.batch_size,
        {},
        device.take(params.device, snakemake.threads),
    )
    total = params.eval_sequences + (params.train_sequences if kept else 0)
    progress = Progress("caching activations", total, "sequences")
    accumulator = Accumulator(source.lower.architecture.width)

    def run(batch: np.ndarray) -> np.ndarray:
        """Activations (n, context, width) of a batch of tokens (n, context)."""
        progress.advance(len(batch))
        return source.run(batch)

    def batches() -> Iterator[tuple[str, int, np.ndarray]]:
        """Batches of whole sequences, with the number of the first."""
        for split, most in splits.items():
            for first, rows in tokens.batches(given.tokens, split, params.batch_size, most):
                yield split, first, rows

    def visit(split: str, activations: np.ndarray) -> None:
        """Statistics describe the split that is scored."""
        if split == "eval":
            accumulator.add(activations)

    if kept:
        cache.write(kept, batches(), run, source.lower.architecture.width, visit)
    else:
        for split, _, rows in batches():
            visit(split, run(rows).reshape(rows.size, -1))
    accumulator.statistics().write(snakemake.output.statistics)
