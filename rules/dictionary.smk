DICTIONARY = f"<results>/dictionary/{HOOK}/{config['dictionary']['seed']}"


# One thread: the controls' chains, which need no dictionary, run beside it.
rule train_dictionary:
    input:
        activations=f"<results>/activations/{HOOK}.parquet",
    output:
        config=f"{DICTIONARY}/cfg.json",
        weights=f"{DICTIONARY}/sae_weights.safetensors",
    log:
        "<logs>/train_dictionary.log",
    benchmark:
        "<benchmarks>/train_dictionary.tsv"
    conda:
        "../envs/litmus.yaml"
    resources:
        gpu=GPUS,
    params:
        settings={k: v for k, v in config["dictionary"].items() if k != "min_activations"},
        hook=HOOK,
        device=config["device"],
        code=code("train_dictionary.py"),
    script:
        "../scripts/train_dictionary.py"


rule dictionary_quality:
    input:
        activations=f"<results>/activations/{HOOK}.parquet",
        statistics=f"<results>/statistics/{HOOK}.parquet",
        model="<results>/model/model.safetensors",
        dictionary=f"{DICTIONARY}/sae_weights.safetensors",
    output:
        quality=f"{DICTIONARY}/quality.parquet",
        features=f"{DICTIONARY}/features.parquet",
    log:
        "<logs>/dictionary_quality.log",
    benchmark:
        "<benchmarks>/dictionary_quality.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        min_activations=config["dictionary"]["min_activations"],
        eval_sequences=config["corpus"]["eval_sequences"],
        hook=HOOK,
        code=code("dictionary_quality.py"),
    script:
        "../scripts/dictionary_quality.py"
