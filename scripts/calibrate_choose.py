"""The settings tried, batch by batch → all of them judged, and the one that is taken."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import pyarrow as pa

    from litmus import tables
    from litmus.metrics.llc import choice

    tried = pa.concat_tables(map(tables.read, snakemake.input)).to_pandas()
    judged = choice.judged(tried)
    tables.write(pa.Table.from_pandas(judged, preserve_index=False), snakemake.output.table)
    choice.write(judged, snakemake.params.calibrate, snakemake.output.found)
