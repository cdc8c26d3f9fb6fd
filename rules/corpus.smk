rule corpus:
    input:
        texts(),
    output:
        "<results>/documents.parquet",
    log:
        "<logs>/corpus.log",
    benchmark:
        "<benchmarks>/corpus.tsv"
    localrule: config["corpus"]["source"] == "hub"  # a cluster's nodes often have no network
    conda:
        "../envs/litmus.yaml"
    params:
        settings=corpus_block("source", "eval_share", *READ[config["corpus"]["source"]]),
        # CPython's own text differs between its versions.
        python=platform.python_version() if config["corpus"]["source"] == "stdlib" else None,
        seed=config["seed"],
        code=code("corpus.py"),
    script:
        "../scripts/corpus.py"


rule tokens:
    input:
        documents="<results>/documents.parquet",
        given=given_tokenizer(),
        # What a pretrained subject's ids mean is its own.
        subject=(
            []
            if config["model"]["source"] == "train"
            else ["<results>/model/tokenizer.json", "<results>/model/origin.json"]
        ),
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
        settings=corpus_block(
            "source",
            "tokenizer",
            *SIZES,
            *(["vocabulary"] if config["corpus"]["tokenizer"] == "train" else []),
            *(DATASET if config["corpus"]["source"] == "hub" else []),
        ),
        code=code("tokens.py"),
    script:
        "../scripts/tokens.py"
