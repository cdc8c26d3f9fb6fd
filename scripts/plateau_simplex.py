"""Plateau sizes over a simplex of three targets, and whether its corner is a local optimum."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    import pyarrow as pa

    from litmus import device, tables
    from litmus.plateaus import optimum, simplex
    from litmus.plateaus.laboratory import open_laboratory

    params, block = snakemake.params, snakemake.params.settings
    laboratory = open_laboratory(
        Path(snakemake.input.weights).parent,
        snakemake.input.tokens,
        block["write"] or params.hook,
        block,
        params.seed,
        device.take(params.device, snakemake.threads),
    )
    for name, table in {
        "sizes": simplex.landscape(laboratory, block),
        "optimum": optimum.tested(laboratory, block, params.confidence),
    }.items():
        tables.write(pa.Table.from_pandas(table, preserve_index=False), snakemake.output[name])
