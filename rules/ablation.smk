# Ablations of each direction on its strongest data points: one rule for every kind, effect and k.

ABLATIONS = SETTINGS.metrics.ablation.variants()
# Best against best: the ablation that the source found best, and the first functional coefficient.
BEST_ABLATION = SETTINGS.metrics.ablation.headlines("ablation")[0]
BEST_LLC = next((m for m, w in METRICS.items() if w["family"] == "llc_functional"), None)
# What the report shows of them, besides scores.
ABLATION_TABLES, ABLATION_FIGURES = [], []
if "ablation" in FAMILIES:
    ABLATION_FIGURES.append("<results>/figures/ablation_grid.svg")
    if BEST_LLC:
        ABLATION_TABLES.append("<results>/ablation/agreement.parquet")
        ABLATION_FIGURES.append("<results>/figures/ablation_agreement.svg")


rule ablation:
    input:
        **activations_input() | {"weights": "<results>/model/model.safetensors"},
        directions="<results>/directions/{group}/{chunk}.parquet",
        statistics=f"<results>/statistics/{HOOK}.parquet",
    output:
        "<results>/scores/ablation/{group}/{chunk}.parquet",
    log:
        "<logs>/ablation/{group}/{chunk}.log",
    benchmark:
        "<benchmarks>/ablation/{group}/{chunk}.tsv"
    conda:
        "../envs/litmus.yaml"
    resources:
        gpu=GPUS,
    params:
        variants=ABLATIONS,
        settings={k: v for k, v in config["metrics"]["ablation"].items() if k != "enabled"},
        hook=HOOK,
        recipe=activations_recipe(),
        seed=config["seed"],
        device=config["device"],
        code=code("ablation.py"),
    script:
        "../scripts/ablation.py"


rule figure_ablation_grid:
    input:
        separation="<results>/separation.parquet",
    output:
        report(
            "<results>/figures/ablation_grid.svg",
            caption="../report/captions/ablation_grid.rst",
            category="Measures",
            labels={"measure": "ablation", "figure": "δ over k and kind"},
        ),
    log:
        "<logs>/figures/ablation_grid.log",
    benchmark:
        "<benchmarks>/figures/ablation_grid.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        candidate=CANDIDATE,
        code=code("figure_ablation_grid.py"),
    script:
        "../scripts/figure_ablation_grid.py"


rule ablation_agreement:
    input:
        ablation="<results>/scores/ablation.parquet",
        other="<results>/scores/llc_functional.parquet",
    output:
        "<results>/ablation/agreement.parquet",
    log:
        "<logs>/ablation_agreement.log",
    benchmark:
        "<benchmarks>/ablation_agreement.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        metrics=list(dict.fromkeys([BEST_ABLATION, *(f"ablation{name}" for name in ABLATIONS)])),
        other=BEST_LLC,
        confidence=config["separation"]["confidence"],
        code=code("ablation_agreement.py"),
    script:
        "../scripts/ablation_agreement.py"


rule figure_ablation_agreement:
    input:
        ablation="<results>/scores/ablation.parquet",
        other="<results>/scores/llc_functional.parquet",
        agreement="<results>/ablation/agreement.parquet",
    output:
        report(
            "<results>/figures/ablation_agreement.svg",
            caption="../report/captions/ablation_agreement.rst",
            category="Measures",
            labels={"measure": "ablation", "figure": "against the functional LLC"},
        ),
    log:
        "<logs>/figures/ablation_agreement.log",
    benchmark:
        "<benchmarks>/figures/ablation_agreement.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        titles={m: METRICS[m]["title"] for m in (BEST_ABLATION, BEST_LLC) if m in METRICS},
        code=code("figure_ablation_agreement.py"),
    script:
        "../scripts/figure_ablation_agreement.py"
