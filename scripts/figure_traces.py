"""A metric's traces → sample paths of its chains, and how far they drift."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from litmus import tables
    from litmus.figures import traces

    traces.draw(
        tables.read(snakemake.input.traces).to_pandas(),
        tables.read(snakemake.input.scores).to_pandas(),
        snakemake.params.burn_in,
        snakemake.params.title,
        snakemake.output[0],
        loss="log(1 + L)" if snakemake.params.robust else "L",
    )
