rule separation:
    input:
        expand("<results>/scores/{family}.parquet", family=FAMILIES),
    output:
        parquet="<results>/separation.parquet",
        csv=report(
            "<results>/separation.csv",
            caption="../report/captions/separation.rst",
            category="Answer",
            labels={"measure": "all", "figure": "every number"},
        ),
    log:
        "<logs>/separation.log",
    benchmark:
        "<benchmarks>/separation.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        settings=lookup(within=config, dpath="separation"),
        candidate=CANDIDATE,
        controls=CONTROLS,
        seed=config["seed"],
        code=code("separation.py"),
    script:
        "../scripts/separation.py"
