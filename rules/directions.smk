rule directions_sae:
    input:
        features=f"{DICTIONARY}/features.parquet",
        model="<results>/model/config.json",
    output:
        "<results>/directions/sae/{chunk}.parquet",
    log:
        "<logs>/directions/sae/{chunk}.log",
    benchmark:
        "<benchmarks>/directions/sae/{chunk}.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        min_activations=config["dictionary"]["min_activations"],
        code=code("directions_sae.py"),
    script:
        "../scripts/directions_sae.py"


rule directions_control:
    input:
        **activations_input(),
        statistics=f"<results>/statistics/{HOOK}.parquet",
        model="<results>/model/config.json",
    output:
        "<results>/directions/{group}/{chunk}.parquet",
    log:
        "<logs>/directions/{group}/{chunk}.log",
    benchmark:
        "<benchmarks>/directions/{group}/{chunk}.tsv"
    wildcard_constraints:
        group="isotropic|covariance|difference",
    conda:
        "../envs/litmus.yaml"
    params:
        recipe=activations_recipe(),
        seed=config["seed"],
        code=code("directions_control.py"),
    script:
        "../scripts/directions_control.py"


rule directions_file:
    input:
        own=config["directions"]["file"] or [],
        model="<results>/model/config.json",
    output:
        "<results>/directions/file/{chunk}.parquet",
    log:
        "<logs>/directions/file/{chunk}.log",
    benchmark:
        "<benchmarks>/directions/file/{chunk}.tsv"
    priority: 10
    conda:
        "../envs/litmus.yaml"
    params:
        code=code("directions_file.py"),
    script:
        "../scripts/directions_file.py"


rule directions_matched:
    input:
        partners=f"<results>/directions/{CANDIDATE}/{{chunk}}.parquet",
        statistics=f"<results>/statistics/{HOOK}.parquet",
    output:
        "<results>/directions/matched/{chunk}.parquet",
    log:
        "<logs>/directions/matched/{chunk}.log",
    benchmark:
        "<benchmarks>/directions/matched/{chunk}.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        seed=config["seed"],
        code=code("directions_matched.py"),
    script:
        "../scripts/directions_matched.py"
