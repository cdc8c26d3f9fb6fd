"""One control for each candidate of a chunk, with exactly its projection variance."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from litmus.activations.statistics import Statistics
    from litmus.directions import controls, table
    from litmus.directions.chunks import indices

    chunk = snakemake.wildcards.chunk
    partners = table.read(snakemake.input.partners)
    vectors = controls.matched(
        indices(chunk),
        partners.vectors.astype(float),
        Statistics.read(snakemake.input.statistics),
        snakemake.params.seed,
    )
    sources = [f"variance of {partner}" for partner in partners.ids]
    table.write(snakemake.output[0], "matched", chunk, vectors, sources)
