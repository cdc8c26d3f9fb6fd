"""`documents.parquet` → the tokenizer, `tokens.parquet`, and a summary of the text."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import hashlib
    import json

    from litmus import tables
    from litmus.corpus import tokens
    from litmus.errors import LitmusError

    # Below this no error over sequences means anything.
    LEAST_SEQUENCES = 16
    corpus = snakemake.params.settings
    documents = tables.read(snakemake.input.documents)
    texts = {
        split: [t for s, t in zip(*columns, strict=True) if s == split]
        for columns in [(documents["split"].to_pylist(), documents["text"].to_pylist())]
        for split in ("train", "eval")
    }
    if corpus["tokenizer"] == "train":
        tokenizer = tokens.train_tokenizer(texts["train"], corpus["vocabulary"])
    else:
        tokenizer = tokens.load_tokenizer(corpus["tokenizer"])
    training, evaluation = (
        tokens.sequences(tokenizer, texts[split], corpus["context"], most)
        for split, most in [
            ("train", corpus["max_train_sequences"]),
            ("eval", corpus["eval_sequences"]),
        ]
    )
    for split, found in [("training", training), ("evaluation", evaluation)]:
        if len(found) < LEAST_SEQUENCES:
            raise LitmusError(
                f"corpus: the text gives {len(found)} {split} sequences of {corpus['context']} "
                f"tokens, at least {LEAST_SEQUENCES} are needed; add text, or lower corpus.context"
            )
    with tables.atomic(snakemake.output.tokenizer) as temporary:
        tokenizer.save(str(temporary))
    tables.write(tokens.table(evaluation, training), snakemake.output.tokens)
    vocabulary = tokens.size(tokenizer)
    every = [text.encode() for split in ("train", "eval") for text in texts[split]]
    summary = {
        "source": corpus["source"],
        "documents": len(every),
        "bytes": sum(map(len, every)),
        "sha256": hashlib.sha256(b"\0".join(every)).hexdigest(),
        "vocabulary": vocabulary,
        "train_sequences": len(training),
        "eval_sequences": len(evaluation),
        "train_tokens": training.size,
        "eval_tokens": evaluation.size,
        "unigram_entropy": tokens.unigram_entropy(training, evaluation, vocabulary),
    }
    with tables.atomic(snakemake.output.summary) as temporary:
        temporary.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
