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


rule figure_distribution:
    input:
        scores=of_family("<results>/scores/{family}.parquet"),
        separation="<results>/separation.parquet",
    output:
        report(
            "<results>/figures/{metric}.svg",
            caption="../report/captions/distribution.rst",
            category="Measures",
            labels={"measure": "{metric}", "figure": "distribution by group"},
        ),
    log:
        "<logs>/figures/{metric}.log",
    benchmark:
        "<benchmarks>/figures/{metric}.tsv"
    wildcard_constraints:
        metric="|".join(map(re.escape, SHOWN)),
    conda:
        "../envs/litmus.yaml"
    params:
        title=lambda wildcards: METRICS[wildcards.metric]["title"],
        candidate=CANDIDATE,
        code=code("figure_distribution.py"),
    script:
        "../scripts/figure_distribution.py"


rule figure_overview:
    input:
        separation="<results>/separation.parquet",
    output:
        report(
            "<results>/figures/overview.svg",
            caption="../report/captions/overview.rst",
            category="Answer",
            labels={"measure": "all", "figure": "δ of every measure"},
        ),
    log:
        "<logs>/figures/overview.log",
    benchmark:
        "<benchmarks>/figures/overview.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        words=SHOWN,
        code=code("figure_overview.py"),
    script:
        "../scripts/figure_overview.py"


rule figure_traces:
    input:
        traces=of_family("<results>/traces/{family}.parquet"),
        diagnostics=of_family("<results>/diagnostics/{family}.parquet"),
        scores=of_family("<results>/scores/{family}.parquet"),
    output:
        report(
            "<results>/figures/{metric}_traces.svg",
            caption="../report/captions/traces.rst",
            category="Health",
            labels={"measure": "{metric}", "figure": "traces"},
        ),
    log:
        "<logs>/figures/{metric}_traces.log",
    benchmark:
        "<benchmarks>/figures/{metric}_traces.tsv"
    wildcard_constraints:
        metric="|".join(map(re.escape, TRACED)) or "none",
    conda:
        "../envs/litmus.yaml"
    params:
        title=lambda wildcards: METRICS[wildcards.metric]["title"],
        burn_in=lambda wildcards: config["metrics"][family_of(wildcards)]["burn_in"],
        robust=lambda wildcards: config["metrics"][family_of(wildcards)]["robust"],
        signed=lambda wildcards: family_of(wildcards) == "llc_natural",
        candidate=CANDIDATE,
        code=code("figure_traces.py"),
    script:
        "../scripts/figure_traces.py"


rule figure_training:
    input:
        training="<results>/model/training.parquet",
        summary="<results>/corpus.json",
    output:
        report(
            "<results>/figures/training.svg",
            caption="../report/captions/training.rst",
            category="Health",
            labels={"measure": "subject", "figure": "loss curve"},
        ),
    log:
        "<logs>/figures/training.log",
    benchmark:
        "<benchmarks>/figures/training.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        code=code("figure_training.py"),
    script:
        "../scripts/figure_training.py"


rule report:
    input:
        scores=expand("<results>/scores/{family}.parquet", family=FAMILIES),
        distributions=expand("<results>/figures/{metric}.svg", metric=SHOWN),
        diagnostics=expand("<results>/diagnostics/{family}.parquet", family=CHAINED),
        chains=expand("<results>/figures/{metric}_traces.svg", metric=TRACED),
        separation="<results>/separation.parquet",
        training=["<results>/model/training.parquet"] if MODEL_TRAINED else [],
        subject=[] if MODEL_TRAINED else ["<results>/model/origin.json"],
        quality=[f"{DICTIONARY}/quality.parquet"] if USES_DICTIONARY else [],
        corpus="<results>/corpus.json",
        provenance="<results>/provenance.json",
        calibration=expand("<results>/calibration/{family}.parquet", family=CALIBRATED),
        calibration_figures=expand("<results>/figures/{family}_calibration.svg", family=CALIBRATED),
        whole_dictionary=(
            [f"{DICTIONARY}/weight_sensitivity.parquet", "<results>/figures/whole_dictionary.svg"]
            if WHOLE_DICTIONARY
            else []
        ),
        plateau_tables=[
            f"<results>/plateaus/{table}.parquet"
            for experiment in PLATEAU_FIGURES
            for table in PLATEAU_TABLES[experiment]
        ],
        plateau_figures=expand(
            "<results>/figures/plateau_{experiment}.svg", experiment=PLATEAU_FIGURES
        ),
        agreement=AGREEMENT,
        study=STUDIED,
        ablation_tables=ABLATION_TABLES,
        ablation_figures=ABLATION_FIGURES,
        own=expand("<results>/directions/file/{chunk}.parquet", chunk=CHUNKS.get("file", [])),
        published=config["report"]["published"] or [],
        overview="<results>/figures/overview.svg",
        training_curve=expand("<results>/figures/{figure}.svg", figure=TRAINING_CURVE),
        # Relative, so that a folder that was moved or copied has nothing to do.
        template=sorted(
            os.path.relpath(path)
            for path in Path(BASE, "report").rglob("*")
            if path.suffix in TEMPLATE
        ),
    output:
        report(
            "<results>/report.html",
            caption="../report/captions/report.rst",
            category="Answer",
            labels={"measure": "all", "figure": "the report"},
        ),
    log:
        "<logs>/report.log",
    benchmark:
        "<benchmarks>/report.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        words=METRICS,
        traced=TRACED,
        calibrated=CALIBRATED,
        candidate=CANDIDATE,
        jobs=jobs(),
        code=code("report.py"),
    script:
        "../scripts/report.py"
