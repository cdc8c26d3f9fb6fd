if config["dictionary"]["source"] == "hub":
    told(registry.check, config["dictionary"]["release"], config["dictionary"]["id"])

if FITTED:

    # One thread: the controls' chains, which need no dictionary, run beside it.
    rule train_dictionary:
        input:
            **activations_input(),
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
            settings=dictionary_settings(),
            recipe=activations_recipe(),
            hook=HOOK,
            device=config["device"],
            code=code("train_dictionary.py"),
        script:
            "../scripts/train_dictionary.py"

else:

    rule load_dictionary:
        input:
            dictionary_files(),
        output:
            config=f"{DICTIONARY}/cfg.json",
            weights=f"{DICTIONARY}/sae_weights.safetensors",
        log:
            "<logs>/load_dictionary.log",
        benchmark:
            "<benchmarks>/load_dictionary.tsv"
        priority: 10
        localrule: config["dictionary"]["source"] == "hub"
        conda:
            "../envs/litmus.yaml"
        params:
            settings=dictionary_settings(),
            hook=HOOK,
            code=code("load_dictionary.py"),
        script:
            "../scripts/load_dictionary.py"

    # By the records alone: it is to speak before anything long has run.
    rule check_dictionary:
        input:
            dictionary=f"{DICTIONARY}/cfg.json",
            model="<results>/model/config.json",
            origin=[] if MODEL_TRAINED else "<results>/model/origin.json",
        output:
            f"{DICTIONARY}/checked.json",
        log:
            "<logs>/check_dictionary.log",
        benchmark:
            "<benchmarks>/check_dictionary.tsv"
        priority: 10
        conda:
            "../envs/litmus.yaml"
        params:
            processing=config["model"]["processing"],
            code=code("check_dictionary.py"),
        script:
            "../scripts/check_dictionary.py"


rule dictionary_quality:
    input:
        **activations_input(),
        statistics=f"<results>/statistics/{HOOK}.parquet",
        model="<results>/model/model.safetensors",
        dictionary=f"{DICTIONARY}/sae_weights.safetensors",
        checked=[] if FITTED else f"{DICTIONARY}/checked.json",
    output:
        quality=f"{DICTIONARY}/quality.parquet",
        features=f"{DICTIONARY}/features.parquet",
    log:
        "<logs>/dictionary_quality.log",
    benchmark:
        "<benchmarks>/dictionary_quality.tsv"
    conda:
        "../envs/litmus.yaml"
    resources:
        gpu=GPUS,
    params:
        min_activations=config["dictionary"]["min_activations"],
        eval_sequences=config["corpus"]["eval_sequences"],
        recipe=activations_recipe(),
        hook=HOOK,
        device=config["device"],
        code=code("dictionary_quality.py"),
    script:
        "../scripts/dictionary_quality.py"
