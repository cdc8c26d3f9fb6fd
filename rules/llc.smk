# The local learning coefficients: one rule for all variants. calibration.smk finds their settings.


rule llc:
    input:
        unpack(llc_input),
        directions="<results>/directions/{group}/{chunk}.parquet",
        statistics=f"<results>/statistics/{HOOK}.parquet",
        tokens="<results>/tokens.parquet",
        weights="<results>/model/model.safetensors",
    output:
        scores="<results>/scores/{llc}/{group}/{chunk}.parquet",
        traces="<results>/traces/{llc}/{group}/{chunk}.parquet",
        diagnostics="<results>/diagnostics/{llc}/{group}/{chunk}.parquet",
    log:
        "<logs>/{llc}/{group}/{chunk}.log",
    benchmark:
        "<benchmarks>/{llc}/{group}/{chunk}.tsv"
    conda:
        "../envs/litmus.yaml"
    resources:
        gpu=GPUS,
    params:
        family=lambda wildcards: wildcards.llc,
        variants=lambda wildcards: getattr(SETTINGS.metrics, wildcards.llc).variants(),
        settings=llc_settings,
        hook=HOOK,
        min_activations=config["dictionary"]["min_activations"],
        seed=config["seed"],
        device=config["device"],
        code=code("llc.py"),
    script:
        "../scripts/llc.py"
