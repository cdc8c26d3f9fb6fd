# One rule a metric that needs projections only. They share their script; the fingerprint of a rule
# names its own module, so that an edit to one metric leaves the others alone.


rule sparsity:
    input:
        **activations_input(),
        directions="<results>/directions/{group}/{chunk}.parquet",
        statistics=f"<results>/statistics/{HOOK}.parquet",
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
        recipe=activations_recipe(),
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
        recipe=activations_recipe(),
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
        recipe=activations_recipe(),
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
        recipe=activations_recipe(),
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
        recipe=activations_recipe(),
        settings=lookup(within=config, dpath="metrics/projection_kurtosis"),
        code=code("score_projection.py", "litmus.metrics.projection_kurtosis"),
