# The subject: trained here, or one that others trained.
if MODEL_TRAINED:

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
            settings={k: v for k, v in config["model"].items() if k not in PRETRAINED},
            seed=config["seed"],
            device=config["device"],
            code=code("train_model.py"),
        script:
            "../scripts/train_model.py"

else:

    rule load_model:
        input:
            unpack(subject_input),
        output:
            weights="<results>/model/model.safetensors",
            config="<results>/model/config.json",
            tokenizer="<results>/model/tokenizer.json",
            origin="<results>/model/origin.json",
        log:
            "<logs>/load_model.log",
        benchmark:
            "<benchmarks>/load_model.tsv"
        localrule: config["model"]["source"] == "hub"
        conda:
            "../envs/litmus.yaml"
        threads: 2
        params:
            settings={k: config["model"][k] for k in (*PRETRAINED, "processing")},
            hook=HOOK,
            context=config["corpus"]["context"],
            code=code("load_model.py"),
        script:
            "../scripts/load_model.py"


rule activations:
    input:
        # A dictionary of another model is told before anything long runs.
        [] if FITTED or not USES_DICTIONARY else f"{DICTIONARY}/checked.json",
        tokens="<results>/tokens.parquet",
        weights="<results>/model/model.safetensors",
    output:
        **(
            {"activations": f"<results>/activations/{HOOK}.parquet"}
            if config["activations"]["cache"] == "parquet"
            else {}
        ),
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
        batch_size=config["activations"]["batch_size"],
        eval_sequences=config["corpus"]["eval_sequences"],
        # For a dictionary that is trained here, and for nothing else.
        train_sequences=(
            config["activations"]["train_sequences"] if SETTINGS.trains_dictionary() else 0
        ),
        hook=HOOK,
        device=config["device"],
        code=code("activations.py"),
    script:
        "../scripts/activations.py"
