rule llc_quadratic:
    input:
        unpack(quadratic_input),
        directions="<results>/directions/{group}/{chunk}.parquet",
        statistics=f"<results>/statistics/{HOOK}.parquet",
        tokens="<results>/tokens.parquet",
        weights="<results>/model/model.safetensors",
    output:
        "<results>/scores/llc_quadratic/{group}/{chunk}.parquet",
    log:
        "<logs>/llc_quadratic/{group}/{chunk}.log",
    benchmark:
        "<benchmarks>/llc_quadratic/{group}/{chunk}.tsv"
    conda:
        "../envs/litmus.yaml"
    resources:
        gpu=GPUS,
    params:
        metrics=[m for m, about in METRICS.items() if about["family"] == "llc_quadratic"],
        settings=quadratic_settings,
        hook=HOOK,
        seed=config["seed"],
        device=config["device"],
        code=code("llc_quadratic.py"),
    script:
        "../scripts/llc_quadratic.py"
