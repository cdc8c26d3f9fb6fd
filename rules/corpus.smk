rule corpus:
    input:
        # Files, for an edit inside a folder leaves the folder's own time as it was.
        [str(path) for path in files(config["corpus"]["paths"])],
    output:
        "<results>/documents.parquet",
    log:
        "<logs>/corpus.log",
    benchmark:
        "<benchmarks>/corpus.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        settings={
            key: config["corpus"][key]
            for key in ("source", "paths", "field", "separator", "eval_share")
        },
        # CPython's own text differs between its versions.
        python=platform.python_version() if config["corpus"]["source"] == "stdlib" else None,
        seed=config["seed"],
        code=code("corpus.py"),
    script:
        "../scripts/corpus.py"


rule tokens:
    input:
        documents="<results>/documents.parquet",
        given=[] if config["corpus"]["tokenizer"] == "train" else config["corpus"]["tokenizer"],
    output:
        tokens="<results>/tokens.parquet",
        tokenizer="<results>/tokenizer.json",
        summary="<results>/corpus.json",
    log:
        "<logs>/tokens.log",
    benchmark:
        "<benchmarks>/tokens.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        settings={
            key: config["corpus"][key]
            for key in (
                "source",
                "tokenizer",
                "vocabulary",
                "context",
                "max_train_sequences",
                "eval_sequences",
            )
        },
        code=code("tokens.py"),
    script:
        "../scripts/tokens.py"
