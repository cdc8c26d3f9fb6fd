"""The output over the plane through three real activations."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    import pyarrow as pa

    from litmus import device, tables
    from litmus.plateaus import plane
    from litmus.plateaus.laboratory import in_laboratory

    params, block = snakemake.params, snakemake.params.settings
    table = in_laboratory(
        lambda laboratory: plane.landscape(laboratory, block),
        Path(snakemake.input.weights).parent,
        snakemake.input.tokens,
        block["write"] or params.hook,
        block,
        params.seed,
        device.take(params.device, snakemake.threads),
    )
    tables.write(pa.Table.from_pandas(table, preserve_index=False), snakemake.output[0])
