rule provenance:
    input:
        summary="<results>/corpus.json",
    output:
        "<results>/provenance.json",
    params:
        settings=config,
        packages=list(read_pins(PINS)),
        commit=commit(),
        code=code("provenance.py"),
    log:
        "<logs>/provenance.log",
    benchmark:
        "<benchmarks>/provenance.tsv"
    conda:
        "../envs/litmus.yaml"
    script:
        "../scripts/provenance.py"
