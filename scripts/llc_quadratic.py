"""One chunk of directions → the functional LLC of the quadratic approximation."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import json
    from dataclasses import fields
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

    given = snakemake.input
    where = device.take(snakemake.params.device, snakemake.threads)
    found = json.loads(Path(given.calibration).read_text()) if given.get("calibration") else {}
    settings = {**found, **snakemake.params.settings}
    directions = table.read(given.directions)
    architecture, weights = checkpoint.load(Path(given.weights).parent)
    count = len(directions.ids)
    progress = Progress(f"llc_quadratic {directions.ids[0]}…", count, "directions")
    scored = measure(
        StackedLower(architecture, snakemake.params.hook),
        weights,
        split_of(tables.read(given.tokens), "eval"),
        directions.vectors,
        Statistics.read(given.statistics).projection_std(directions.vectors),
        Quadratic(**{field.name: settings[field.name] for field in fields(Quadratic)}),
        snakemake.params.seed,
        where,
        progress.advance,
    )
    scores.write_all(
        snakemake.output[0], directions, dict(zip(snakemake.params.metrics, scored, strict=True))
    )
