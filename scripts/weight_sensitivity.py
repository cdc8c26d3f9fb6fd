"""One chunk of directions → weight sensitivity at several scales."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    from litmus import device, tables
    from litmus.activations.statistics import Statistics
    from litmus.corpus.tokens import split_of
    from litmus.directions import table
    from litmus.metrics import scores, weight_sensitivity
    from litmus.progress import Progress
    from litmus.stacked import StackedLower
    from litmus.subject import checkpoint

    where = device.take(snakemake.params.device, snakemake.threads)
    settings = weight_sensitivity.Sensitivity(**snakemake.params.settings)
    directions = table.read(snakemake.input.directions)
    architecture, weights = checkpoint.load(Path(snakemake.input.weights).parent)
    progress = Progress(f"weight_sensitivity {directions.ids[0]}…", settings.draws, "draws")
    scored = weight_sensitivity.measure(
        StackedLower(architecture, snakemake.params.hook),
        weights,
        split_of(tables.read(snakemake.input.tokens), "eval"),
        directions.vectors,
        Statistics.read(snakemake.input.statistics).projection_std(directions.vectors),
        settings,
        snakemake.params.seed,
        where,
        progress.advance,
    )
    scores.write_all(
        snakemake.output[0], directions, dict(zip(snakemake.params.metrics, scored, strict=True))
    )
