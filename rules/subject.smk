rule train_model:
    input:
        tokens="<results>/tokens.parquet",
        tokenizer="<results>/tokenizer.json",
        summary="<results>/corpus.json",
    output:
        weights="<results>/model/model.safetensors",
        config="<results>/model/config.json",
        tokenizer="<results>/model/tokenizer.json",
        training="<results>/model/training.parquet",
    log:
        "<logs>/train_model.log",
    benchmark:
        "<benchmarks>/train_model.tsv"
    conda:
        "../envs/litmus.yaml"
    threads: 2
    resources:
        gpu=GPUS,
    params:
        settings=lookup(within=config, dpath="model"),
        seed=config["seed"],
        device=config["device"],
        code=code("train_model.py"),
    script:
        "../scripts/train_model.py"


rule activations:
    input:
        tokens="<results>/tokens.parquet",
        weights="<results>/model/model.safetensors",
    output:
        activations=f"<results>/activations/{HOOK}.parquet",
        statistics=f"<results>/statistics/{HOOK}.parquet",
    log:
        "<logs>/activations.log",
    benchmark:
        "<benchmarks>/activations.tsv"
    conda:
        "../envs/litmus.yaml"
    threads: 2
    resources:
        gpu=GPUS,
    params:
        settings=lookup(within=config, dpath="activations"),
        sequences=config["corpus"]["eval_sequences"] + config["activations"]["train_sequences"],
        hook=HOOK,
        device=config["device"],
        code=code("activations.py"),
    script:
        "../scripts/activations.py"
