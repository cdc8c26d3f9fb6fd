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


use rule gather_scores as gather_diagnostics with:
    input:
        chunks_of("<results>/diagnostics/{family}/{group}/{chunk}.parquet"),
    output:
        "<results>/diagnostics/{family}.parquet",
    log:
        "<logs>/gather/{family}_diagnostics.log",
    benchmark:
        "<benchmarks>/gather/{family}_diagnostics.tsv"
