"""One metric's scores → its values by group, with the best thresholds."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from litmus import tables
    from litmus.figures import distribution

    metric = snakemake.wildcards.metric
    scores = tables.read(snakemake.input.scores).to_pandas()
    separation = tables.read(snakemake.input.separation).to_pandas()
    distribution.draw(
        scores[scores["metric"] == metric],
        separation[separation["metric"] == metric],
        snakemake.params.title,
        snakemake.output[0],
        snakemake.params.candidate,
    )
