"""Scores of every live feature of the dictionary → their distribution, the sample marked."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from litmus import tables
    from litmus.figures import whole_dictionary

    whole_dictionary.draw(
        tables.read(snakemake.input.scores).to_pandas(),
        snakemake.params.titles,
        snakemake.params.sampled,
        snakemake.output[0],
    )
