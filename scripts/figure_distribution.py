"""One metric's scores → its values by group, with the best thresholds."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from litmus import tables
    from litmus.figures import distribution

    separation = tables.read(snakemake.input.separation).to_pandas()
    distribution.draw(
        tables.read(snakemake.input.scores).to_pandas(),
        separation[separation["metric"] == snakemake.wildcards.metric],
        snakemake.params.title,
        snakemake.output[0],
    )
