rule separation:
    input:
        expand("<results>/scores/{metric}.parquet", metric=METRICS),
    output:
        parquet="<results>/separation.parquet",
        csv="<results>/separation.csv",
    log:
        "<logs>/separation.log",
    benchmark:
        "<benchmarks>/separation.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        settings=lookup(within=config, dpath="separation"),
        controls=CONTROLS,
        seed=config["seed"],
        code=code("separation.py"),
    script:
        "../scripts/separation.py"
