"""A metric's traces and diagnostics → sample paths of its chains, and how far they drift."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from litmus import tables
    from litmus.figures import chains, traces

    given, params = snakemake.input, snakemake.params
    health = chains.judged(
        tables.read(given.diagnostics).to_pandas(),
        tables.read(given.scores).to_pandas(),
        snakemake.wildcards.metric,
    )
    robust = "± log(1 + |L|)" if params.signed else "log(1 + L)"
    traces.draw(
        chains.paths(tables.read(given.traces, chains.PATHS), health),
        health,
        params.burn_in,
        params.title,
        snakemake.output[0],
        params.candidate,
        loss=robust if params.robust else "L",
    )
