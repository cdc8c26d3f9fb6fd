rule separation:
    input:
        expand("<results>/scores/{metric}.parquet", metric=METRICS),
    output:
        parquet="<results>/separation.parquet",
        csv="<results>/separation.csv",
    params:
        settings=lookup(within=config, dpath="separation"),
        controls=CONTROLS,
        seed=config["seed"],
        code=code("separation.py"),
    log:
        "<logs>/separation.log",
    benchmark:
        "<benchmarks>/separation.tsv"
    conda:
        "../envs/litmus.yaml"
    script:
        "../scripts/separation.py"
