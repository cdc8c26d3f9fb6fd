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
        metrics=[m for m, about in METRICS.items() if about["family"] == "weight_sensitivity"],
        settings=lookup(within=config, dpath="metrics/weight_sensitivity"),
        hook=HOOK,
        seed=config["seed"],
        device=config["device"],
        code=code("weight_sensitivity.py"),
    script:
        "../scripts/weight_sensitivity.py"
