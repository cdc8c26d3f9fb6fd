"""Chunks of a table → one table."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import pyarrow as pa

    from litmus import tables

    tables.write(pa.concat_tables(map(tables.read, snakemake.input)), snakemake.output[0])
