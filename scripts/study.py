"""One cell of the study: λ̂ by several seeds and the cheap measures of the same directions."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    import pyarrow as pa

    from litmus import device, tables
    from litmus.metrics.llc.laboratory import settings_of
    from litmus.progress import Progress
    from litmus.study.cell import Site
    from litmus.study.plan import Cell

    given, params = snakemake.input, snakemake.params
    cell = Cell(**params.cell)
    where = device.take(params.device, snakemake.threads)
    site = Site(cell, Path(given.weights).parent, Path(given.tokens), where, params.seed)
    features = given.get("features")
    site.draw(
        params.groups,
        params.directions,
        features and Path(features),
        params.min_activations,
    )
    settings = settings_of(params.chains, {})
    progress = Progress(f"study {cell.name}", params.seeds * len(site.ids) * settings.steps)
    parts = []
    for repetition in range(params.seeds):
        parts.append(site.chains(settings, repetition, progress.advance))
        parts.append(site.sensitivities(params.sensitivity, repetition))
        if params.quadratic["sequences"]:
            parts.append(site.quadratic(params.quadratic, repetition))
    tables.write(pa.concat_tables(parts), snakemake.output[0])
