# One rule a metric. Those that need projections only share their script; the fingerprint of a rule
# names its own module, so that an edit to one metric leaves the others alone.


rule sparsity:
    input:
        directions="<results>/directions/{group}/{chunk}.parquet",
        statistics=f"<results>/statistics/{HOOK}.parquet",
        activations=f"<results>/activations/{HOOK}.parquet",
    output:
        "<results>/scores/sparsity/{group}/{chunk}.parquet",
    log:
        "<logs>/sparsity/{group}/{chunk}.log",
    benchmark:
        "<benchmarks>/sparsity/{group}/{chunk}.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        metric="sparsity",
        settings=lookup(within=config, dpath="metrics/sparsity"),
        code=code("score_projection.py", "litmus.metrics.sparsity"),
    script:
        "../scripts/score_projection.py"


use rule sparsity as norm_sparsity with:
    output:
        "<results>/scores/norm_sparsity/{group}/{chunk}.parquet",
    log:
        "<logs>/norm_sparsity/{group}/{chunk}.log",
    benchmark:
        "<benchmarks>/norm_sparsity/{group}/{chunk}.tsv"
    params:
        metric="norm_sparsity",
        settings=lookup(within=config, dpath="metrics/norm_sparsity"),
        code=code("score_projection.py", "litmus.metrics.norm_sparsity"),


use rule sparsity as projection_std with:
    output:
        "<results>/scores/projection_std/{group}/{chunk}.parquet",
    log:
        "<logs>/projection_std/{group}/{chunk}.log",
    benchmark:
        "<benchmarks>/projection_std/{group}/{chunk}.tsv"
    params:
        metric="projection_std",
        settings=lookup(within=config, dpath="metrics/projection_std"),
        code=code("score_projection.py", "litmus.metrics.projection_std"),


use rule sparsity as projection_skewness with:
    output:
        "<results>/scores/projection_skewness/{group}/{chunk}.parquet",
    log:
        "<logs>/projection_skewness/{group}/{chunk}.log",
    benchmark:
        "<benchmarks>/projection_skewness/{group}/{chunk}.tsv"
    params:
        metric="projection_skewness",
        settings=lookup(within=config, dpath="metrics/projection_skewness"),
        code=code("score_projection.py", "litmus.metrics.projection_skewness"),


use rule sparsity as projection_kurtosis with:
    output:
        "<results>/scores/projection_kurtosis/{group}/{chunk}.parquet",
    log:
        "<logs>/projection_kurtosis/{group}/{chunk}.log",
    benchmark:
        "<benchmarks>/projection_kurtosis/{group}/{chunk}.tsv"
    params:
        metric="projection_kurtosis",
        settings=lookup(within=config, dpath="metrics/projection_kurtosis"),
        code=code("score_projection.py", "litmus.metrics.projection_kurtosis"),


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


rule gather_scores:
    input:
        chunks_of("<results>/scores/{family}/{group}/{chunk}.parquet"),
    output:
        "<results>/scores/{family}.parquet",
    log:
        "<logs>/gather/{family}.log",
    benchmark:
        "<benchmarks>/gather/{family}.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        code=code("gather.py"),
    script:
        "../scripts/gather.py"


use rule gather_scores as gather_traces with:
    input:
        chunks_of("<results>/traces/{family}/{group}/{chunk}.parquet"),
    output:
        "<results>/traces/{family}.parquet",
    log:
        "<logs>/gather/{family}_traces.log",
    benchmark:
        "<benchmarks>/gather/{family}_traces.tsv"
