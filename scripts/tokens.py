"""`documents.parquet` → the tokenizer, `tokens.parquet`, and a summary of the text."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import hashlib
    import json

    from litmus import tables
    from litmus.corpus import documents, sequences, tokenizer, tokens
    from litmus.errors import LitmusError

    # Below this no error over sequences means anything.
    LEAST_SEQUENCES = 16
    corpus, subject = snakemake.params.settings, snakemake.input.subject
    table = tables.read(snakemake.input.documents)
    training, evaluation = (documents.split_of(table, split) for split in documents.SPLITS)
    origin = tokenizer.origin(subject[1]) if subject else None
    if corpus["tokenizer"] == "train":
        if training.ids:
            raise LitmusError(
                "corpus.tokenizer: found train, but the column "
                f"'{corpus['field']}' holds token ids; name the tokenizer that they are of"
            )
        used = tokenizer.train(training.texts, corpus["vocabulary"])
    elif corpus["tokenizer"] == "model":
        used = tokenizer.load(subject[0])
    else:
        used = tokenizer.load(corpus["tokenizer"])
        if subject:
            tokenizer.compare(used, tokenizer.load(subject[0]), corpus["tokenizer"])
    marks = tokenizer.marks(used, origin, corpus["prepend_bos"])
    vocabulary = origin["vocabulary"] if origin else tokenizer.size(used)
    source = "rows of ids, which are not joined, give" if training.ids else "the text gives"
    rows = {}
    for name, split, most in [
        ("training", training, corpus["max_train_sequences"]),
        ("evaluation", evaluation, corpus["eval_sequences"]),
    ]:
        if split.ids:
            found = sequences.of_tokens(split.ids, corpus["context"], most, marks)
        else:
            found = sequences.of_texts(used, split.texts, corpus["context"], most, marks)
        if len(found) < LEAST_SEQUENCES:
            raise LitmusError(
                f"corpus: {source} {len(found)} {name} sequences of {corpus['context']} "
                f"tokens, at least {LEAST_SEQUENCES} are needed; add text, or lower corpus.context"
            )
        sequences.check(found, vocabulary, "the subject" if origin else "the tokenizer")
        rows[name] = found
    with tables.atomic(snakemake.output.tokenizer) as temporary:
        used.save(str(temporary))
    tables.write(tokens.table(rows["evaluation"], rows["training"]), snakemake.output.tokens)
    # What begins every sequence is never predicted.
    texts = [found[:, marks.bos is not None :] for found in rows.values()]
    contents = training.contents() + evaluation.contents()
    total = sum(map(len, contents))
    commit = (table.schema.metadata or {}).get(b"commit")
    dataset = {key: corpus.get(key) for key in ("dataset", "subset", "split", "revision")}
    dataset["commit"] = commit.decode() if commit else None
    summary = {
        "source": corpus["source"],
        **{key: value for key, value in dataset.items() if value},
        "documents": len(contents),
        **({"tokens_read": total // 4} if training.ids else {"bytes": total}),
        "sha256": hashlib.sha256(b"\0".join(contents)).hexdigest(),
        "vocabulary": vocabulary,
        "train_sequences": len(rows["training"]),
        "eval_sequences": len(rows["evaluation"]),
        "train_tokens": rows["training"].size,
        "eval_tokens": rows["evaluation"].size,
        "unigram_entropy": tokens.unigram_entropy(*texts, vocabulary),
    }
    with tables.atomic(snakemake.output.summary) as temporary:
        temporary.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
