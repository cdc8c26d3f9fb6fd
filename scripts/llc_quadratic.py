"""One chunk of directions → the functional LLC of the quadratic approximation."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    from litmus import device, tables
    from litmus.activations.statistics import Statistics
    from litmus.corpus.tokens import split_of
    from litmus.directions import table
    from litmus.metrics import scores
    from litmus.metrics.quadratic.score import Quadratic, measure
    from litmus.progress import Progress
    from litmus.stacked import StackedLower
    from litmus.subject import checkpoint

    where = device.take(snakemake.params.device, snakemake.threads)
    directions = table.read(snakemake.input.directions)
    architecture, weights = checkpoint.load(Path(snakemake.input.weights).parent)
    count = len(directions.ids)
    progress = Progress(f"llc_quadratic {directions.ids[0]}…", count, "directions")
    scored = measure(
        StackedLower(architecture, snakemake.params.hook),
        weights,
        split_of(tables.read(snakemake.input.tokens), "eval"),
        directions.vectors,
        Statistics.read(snakemake.input.statistics).projection_std(directions.vectors),
        Quadratic(**snakemake.params.settings),
        snakemake.params.seed,
        where,
        progress.advance,
    )
    scores.write_all(
        snakemake.output[0], directions, dict(zip(snakemake.params.metrics, scored, strict=True))
    )
