from litmus.corpus.files import TOKEN_ENDINGS, tokenizer_files

# How much of a large source is read depends on how many sequences are asked for.
SIZES = ("context", "prepend_bos", "max_train_sequences", "eval_sequences")
DATASET = ("dataset", "subset", "split", "revision", "field")
# The keys that each source reads.
READ = {
    "stdlib": (),
    "text": ("paths", "field", "separator"),
    "tokens": ("paths", "field", *SIZES),
    "hub": (*DATASET, *SIZES),
}


def corpus_block(*keys):
    """These keys of the config's block."""
    return {key: config["corpus"][key] for key in keys}


def texts():
    """The files of the text, for an edit inside a folder leaves the folder's own time as it was."""
    block = config["corpus"]
    found = files(block["paths"], *([TOKEN_ENDINGS] if block["source"] == "tokens" else []))
    return [str(path) for path in found]


def given_tokenizer():
    """The files of a tokenizer that the config names by its path."""
    named = config["corpus"]["tokenizer"]
    return [] if named in ("train", "model") else [str(path) for path in tokenizer_files(named)]


rule corpus:
    input:
        texts(),
        checked=ancient(PREFLIGHT),
    output:
        "<results>/documents.parquet",
    log:
        "<logs>/corpus.log",
    benchmark:
        "<benchmarks>/corpus.tsv"
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
