"""The chain settings tried, and the one that is taken."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from litmus import tables
    from litmus.figures import calibration

    calibration.draw(
        tables.read(snakemake.input.tried).to_pandas(), snakemake.params.title, snakemake.output[0]
    )
