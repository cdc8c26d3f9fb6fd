"""All scores → `separation.parquet` and `separation.csv`."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import pandas as pd

    from litmus import tables
    from litmus.separation.table import as_table, separate

    scores = pd.concat([tables.read(path).to_pandas() for path in snakemake.input])
    separation = separate(
        scores,
        snakemake.params.candidate,
        list(snakemake.params.controls),
        {"matched"},
        snakemake.params.seed,
        **snakemake.params.settings,
    )
    tables.write(as_table(separation), snakemake.output.parquet)
    with tables.atomic(snakemake.output.csv) as temporary:
        separation.to_csv(temporary, index=False)
