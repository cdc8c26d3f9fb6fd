"""Text or token ids → `documents.parquet`: the documents of both splits, in a drawn order."""

from litmus.job import job

hub = snakemake.params.settings["source"] == "hub"
with job(snakemake.log[0], snakemake.threads, online=hub):
    from litmus import tables
    from litmus.corpus import columns, documents, sources, splits
    from litmus.corpus.hub import Where, stream
    from litmus.corpus.needed import enough

    corpus, seed = snakemake.params.settings, snakemake.params.seed
    metadata = {}
    if corpus["source"] == "stdlib":
        found = sources.stdlib()
    elif corpus["source"] == "text":
        found = sources.text(corpus["paths"], corpus["field"], corpus["separator"])
    elif corpus["source"] == "tokens":
        found = enough(columns.tokens(corpus["paths"], corpus["field"]), corpus, seed)
    else:
        where = Where(*(corpus[key] for key in Where._fields))
        read, commit = stream(where, corpus["field"])
        found = enough(read, corpus, seed)
        metadata = {"commit": commit} if commit else {}
    training, evaluation = splits.divide(found, corpus["eval_share"], seed)
    table = documents.table(training, evaluation)
    if metadata:
        table = table.replace_schema_metadata(metadata)
    tables.write(table, snakemake.output[0])
