rule provenance:
    input:
        summary="<results>/corpus.json",
    output:
        "<results>/provenance.json",
    log:
        "<logs>/provenance.log",
    benchmark:
        "<benchmarks>/provenance.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        settings=config,
        packages=list(read_pins(PINS)),
        commit=commit(),
        code=code("provenance.py"),
    script:
        "../scripts/provenance.py"
