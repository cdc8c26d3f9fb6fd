SENSITIVITIES = [m for m, about in METRICS.items() if about["family"] == "weight_sensitivity"]


rule weight_sensitivity:
    input:
        directions="<results>/directions/{group}/{chunk}.parquet",
        statistics=f"<results>/statistics/{HOOK}.parquet",
        tokens="<results>/tokens.parquet",
        weights="<results>/model/model.safetensors",
    output:
        "<results>/scores/weight_sensitivity/{group}/{chunk}.parquet",
    log:
        "<logs>/weight_sensitivity/{group}/{chunk}.log",
    benchmark:
        "<benchmarks>/weight_sensitivity/{group}/{chunk}.tsv"
    conda:
        "../envs/litmus.yaml"
    resources:
        gpu=GPUS,
    params:
        metrics=SENSITIVITIES,
        settings=sensitivity_settings(),
        hook=HOOK,
        seed=config["seed"],
        device=config["device"],
        code=code("weight_sensitivity.py"),
    script:
        "../scripts/weight_sensitivity.py"


# Every live feature, not the sampled ones alone: what a forward pass costs, it costs for all.
rule dictionary_sensitivity:
    input:
        features=f"{DICTIONARY}/features.parquet",
        model="<results>/model/config.json",
        statistics=f"<results>/statistics/{HOOK}.parquet",
        tokens="<results>/tokens.parquet",
        weights="<results>/model/model.safetensors",
    output:
        f"{DICTIONARY}/weight_sensitivity.parquet",
    log:
        "<logs>/dictionary_sensitivity.log",
    benchmark:
        "<benchmarks>/dictionary_sensitivity.tsv"
    conda:
        "../envs/litmus.yaml"
    resources:
        gpu=GPUS,
    params:
        metrics=SENSITIVITIES,
        settings=sensitivity_settings(),
        min_activations=config["dictionary"]["min_activations"],
        hook=HOOK,
        seed=config["seed"],
        device=config["device"],
        code=code("dictionary_sensitivity.py"),
    script:
        "../scripts/dictionary_sensitivity.py"


rule figure_whole_dictionary:
    input:
        scores=f"{DICTIONARY}/weight_sensitivity.parquet",
    output:
        report(
            "<results>/figures/whole_dictionary.svg",
            caption="../report/captions/whole_dictionary.rst",
            category="Measures",
            labels={"measure": "weight_sensitivity", "figure": "the whole dictionary"},
        ),
    log:
        "<logs>/figures/whole_dictionary.log",
    benchmark:
        "<benchmarks>/figures/whole_dictionary.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        titles={metric: METRICS[metric]["title"] for metric in SENSITIVITIES},
        sampled=COUNTS.get("sae", 0),
        code=code("figure_whole_dictionary.py"),
    script:
        "../scripts/figure_whole_dictionary.py"
