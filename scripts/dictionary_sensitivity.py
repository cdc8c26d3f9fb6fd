"""Every live feature of the dictionary → weight sensitivity at several scales."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    import numpy as np

    from litmus import device, tables
    from litmus.activations.statistics import Statistics
    from litmus.corpus.tokens import split_of
    from litmus.directions import live
    from litmus.metrics import weight_sensitivity, whole_dictionary
    from litmus.progress import Progress
    from litmus.stacked import StackedLower
    from litmus.subject import checkpoint

    where = device.take(snakemake.params.device, snakemake.threads)
    settings = weight_sensitivity.Sensitivity(**snakemake.params.settings)
    least = snakemake.params.min_activations
    found = live.read(snakemake.input.features, snakemake.input.model, least)
    count = len(found.rows)
    # As the sampled directions are on disk.
    vectors = found.vectors(range(count)).astype(np.float32)
    architecture, weights = checkpoint.load(Path(snakemake.input.weights).parent)
    progress = Progress(f"weight_sensitivity of {count} features", settings.draws, "draws")
    scored = weight_sensitivity.measure(
        StackedLower(architecture, snakemake.params.hook),
        weights,
        split_of(tables.read(snakemake.input.tokens), "eval"),
        vectors,
        Statistics.read(snakemake.input.statistics).projection_std(vectors),
        settings,
        snakemake.params.seed,
        where,
        progress.advance,
    )
    whole_dictionary.write(
        snakemake.output[0], found.rows, dict(zip(snakemake.params.metrics, scored, strict=True))
    )
