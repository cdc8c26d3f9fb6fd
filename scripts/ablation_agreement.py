"""Scores of the ablations and of a local learning coefficient → how far they agree."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import pandas as pd
    import pyarrow as pa

    from litmus import tables
    from litmus.metrics.ablation.agreement import AGREEMENT, agreement

    given, params = snakemake.input, snakemake.params
    scores = pd.concat([tables.read(path).to_pandas() for path in (given.ablation, given.other)])
    found = agreement(scores, params.metrics, params.other, params.confidence)
    table = pa.Table.from_pandas(found, schema=AGREEMENT, preserve_index=False)
    tables.write(table.replace_schema_metadata(None), snakemake.output[0])
