"""Plateau sizes over a simplex of three targets, and whether its corner is a local optimum."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

    from litmus import device, tables
    from litmus.plateaus import optimum, simplex
    from litmus.plateaus.laboratory import Laboratory, in_laboratory

    params, block = snakemake.params, snakemake.params.settings

    def experiment(laboratory: Laboratory) -> dict[str, pd.DataFrame]:
        """The output's two tables."""
        return {
            "sizes": simplex.landscape(laboratory, block),
            "optimum": optimum.tested(laboratory, block, params.confidence),
        }

    found = in_laboratory(
        experiment,
        Path(snakemake.input.weights).parent,
        snakemake.input.tokens,
        block["write"] or params.hook,
        block,
        params.seed,
        device.take(params.device, snakemake.threads),
    )
    for name, table in found.items():
        tables.write(pa.Table.from_pandas(table, preserve_index=False), snakemake.output[name])
