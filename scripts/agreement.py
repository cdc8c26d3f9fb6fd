"""Scores and traces → how far cheap metrics rank as λ̂ does, and their δ side by side."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import pandas as pd
    import pyarrow as pa

    from litmus import tables
    from litmus.study.column import Column
    from litmus.study.compare import DELTAS, RANKING, Effort, deltas, ranking

    given, params = snakemake.input, snakemake.params
    scores = pd.concat([tables.read(path).to_pandas() for path in given.scores])
    traces = tables.read(given.traces).to_pandas()
    effort = Effort(params.confidence, params.resamples, params.seed)
    columns = {name: Column.of(scores, name) for pair in params.pairs for name in pair}
    for dear in {pair[0] for pair in params.pairs}:
        columns[dear] = columns[dear].with_chains(traces, params.burn_in, params.draw_every)
    pairs = [(columns[dear], columns[cheap]) for dear, cheap in params.pairs]
    groups = params.candidate, params.controls
    found = {
        "ranking": (RANKING, [ranking(*pair, effort) for pair in pairs]),
        "deltas": (DELTAS, [deltas(*pair, *groups, effort) for pair in pairs]),
    }
    for name, (schema, parts) in found.items():
        joined = pd.concat(parts, ignore_index=True)
        table = pa.Table.from_pandas(joined, schema=schema, preserve_index=False)
        tables.write(table.replace_schema_metadata(None), snakemake.output[name])
