"""Separation of every ablation → δ over k, kind and effect."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from litmus import tables
    from litmus.figures import ablation
    from litmus.metrics.ablation.settings import variants

    separation = tables.read(snakemake.input.separation).to_pandas()
    ablation.draw(
        separation,
        variants(separation["metric"].unique()),
        snakemake.output[0],
        snakemake.params.candidate,
    )
