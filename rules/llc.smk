rule llc_functional:
    input:
        directions="<results>/directions/{group}/{chunk}.parquet",
        statistics=f"<results>/statistics/{HOOK}.parquet",
        tokens="<results>/tokens.parquet",
        weights="<results>/model/model.safetensors",
    output:
        scores="<results>/scores/llc_functional/{group}/{chunk}.parquet",
        traces="<results>/traces/llc_functional/{group}/{chunk}.parquet",
    log:
        "<logs>/llc_functional/{group}/{chunk}.log",
    benchmark:
        "<benchmarks>/llc_functional/{group}/{chunk}.tsv"
    conda:
        "../envs/litmus.yaml"
    resources:
        gpu=GPUS,
    params:
        settings=lookup(within=config, dpath="metrics/llc_functional"),
        hook=HOOK,
        seed=config["seed"],
        device=config["device"],
        code=code("llc_functional.py"),
    script:
        "../scripts/llc_functional.py"
