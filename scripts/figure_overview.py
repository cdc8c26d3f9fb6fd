"""`separation.parquet` → δ of every metric against every control."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from litmus import tables
    from litmus.figures import overview

    words = snakemake.params.words
    separation = tables.read(snakemake.input.separation).to_pandas()
    overview.draw(
        separation[separation["metric"].isin(list(words))],
        {metric: word["title"] for metric, word in words.items()},
        [metric for metric, word in words.items() if word["trivial"]],
        snakemake.output[0],
    )
