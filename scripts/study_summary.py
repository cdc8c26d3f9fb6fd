"""All cells of the study → how cheap measures rank and separate in each, and the chains' health."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import pyarrow as pa

    from litmus import tables
    from litmus.study.summary import STUDY_DELTAS, STUDY_RANKING, summary

    params, output = snakemake.params, snakemake.output
    study = tables.read(snakemake.input[0]).to_pandas()
    found = summary(study, params.confidence, params.resamples, params.seed)
    for frame, schema, path in (
        (found.ranking, STUDY_RANKING, output.ranking),
        (found.deltas, STUDY_DELTAS, output.deltas),
    ):
        table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
        tables.write(table.replace_schema_metadata(None), path)
