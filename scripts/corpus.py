"""Text → `documents.parquet`: the documents of both splits, in a drawn order."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import pyarrow as pa

    from litmus import tables
    from litmus.corpus import sources, splits

    corpus = snakemake.params.settings
    if corpus["source"] == "stdlib":
        documents = sources.stdlib()
    else:
        documents = sources.text(corpus["paths"], corpus["field"], corpus["separator"])
    training, evaluation = splits.divide(documents, corpus["eval_share"], snakemake.params.seed)
    rows = [("train", d) for d in training] + [("eval", d) for d in evaluation]
    tables.write(
        pa.table(
            {
                "document": [document.name for _, document in rows],
                "split": [split for split, _ in rows],
                "text": [document.text for _, document in rows],
            },
            schema=tables.DOCUMENTS,
        ),
        snakemake.output[0],
    )
