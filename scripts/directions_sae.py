"""The dictionary's live features, in index order → one chunk of the candidate's directions."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from litmus.directions import live, table
    from litmus.directions.chunks import indices
    from litmus.errors import LitmusError

    least = snakemake.params.min_activations
    found = live.read(snakemake.input.features, snakemake.input.model, least)
    numbers = indices(snakemake.wildcards.chunk)
    if len(found.rows) <= numbers[-1]:
        raise LitmusError(
            f"directions.count: found more than {len(found.rows)}, but only {len(found.rows)} of "
            f"the dictionary's {found.features} features are live (active on {least} or more "
            "evaluation tokens); lower it, or train a larger dictionary"
        )
    table.write(
        snakemake.output[0],
        "sae",
        snakemake.wildcards.chunk,
        found.vectors(numbers),
        [f"dictionary row {row}" for row in found.rows[numbers]],
    )
