# The sampler held against known values: make validate. Not part of the report.

from litmus.validation.cases import JOBS


rule validate:
    output:
        "<results>/validation/{job}.parquet",
    log:
        "<logs>/validation/{job}.log",
    benchmark:
        "<benchmarks>/validation/{job}.tsv"
    wildcard_constraints:
        job="|".join(JOBS),
    conda:
        "../envs/litmus.yaml"
    params:
        seed=config["seed"],
        code=code("validate.py"),
    script:
        "../scripts/validate.py"


use rule gather_scores as gather_validation with:
    input:
        expand("<results>/validation/{job}.parquet", job=JOBS),
    output:
        "<results>/validation.parquet",
    log:
        "<logs>/gather/validation.log",
    benchmark:
        "<benchmarks>/gather/validation.tsv"


rule validation_report:
    input:
        table="<results>/validation.parquet",
        template=os.path.relpath(Path(BASE, "report", "validation.html.jinja")),
        style=os.path.relpath(Path(BASE, "report", "style.css")),
        parts=os.path.relpath(Path(BASE, "report", "sections", "_parts.html")),
        script=os.path.relpath(Path(BASE, "report", "script.js")),
    output:
        page="<results>/validation.html",
        figure="<results>/figures/validation.svg",
    log:
        "<logs>/validation_report.log",
    benchmark:
        "<benchmarks>/validation_report.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        code=code("validation_report.py"),
    script:
        "../scripts/validation_report.py"
