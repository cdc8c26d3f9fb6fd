# Whether all is there and fits together, before anything long. What follows takes its output as
# `ancient`, so that to look again reruns nothing.


rule preflight:
    output:
        PREFLIGHT,
    log:
        "<logs>/preflight.log",
    benchmark:
        "<benchmarks>/preflight.tsv"
    priority: 100
    conda:
        "../envs/litmus.yaml"
    params:
        settings=config | {"jobs_per_gpu": 1},  # which is no part of any plan
        groups=COUNTS,
        jobs=len(jobs()),
        remote=bool(workflow.remote_exec),
        online="hub" in {config[block]["source"] for block in ("corpus", "model", "dictionary")},
        code=code("preflight.py"),
    script:
        "../scripts/preflight.py"
