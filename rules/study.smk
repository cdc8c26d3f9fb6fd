# Does a cheap measure carry λ̂'s ranking? From a run's own scores, always where both are scored;
# and over layers, features and chains: make study.

from litmus.study.plan import cells
from litmus.study.run import pairs

PAIRS = pairs(config["metrics"], METRICS)
PANELS = pairs(config["metrics"], METRICS, few=True)
CELLS = cells(config["study"]) if config["study"]["enabled"] else {}
# What the report reads of it; nothing where there is nothing to compare.
AGREEMENT = (
    expand("<results>/{file}", file=["agreement.parquet", "agreement_delta.parquet"])
    + ["<results>/figures/agreement.svg"]
    if PAIRS
    else []
)
STUDIED = (
    expand("<results>/{file}.parquet", file=["study", "study_ranking", "study_delta"])
    if PAIRS and CELLS
    else []
)
RESAMPLES = 1000  # of the correlations' bootstrap


rule agreement:
    input:
        scores=expand(
            "<results>/scores/{family}.parquet",
            family=dict.fromkeys(METRICS[m]["family"] for pair in PAIRS for m in pair),
        ),
        traces="<results>/traces/llc_functional.parquet",
    output:
        ranking="<results>/agreement.parquet",
        deltas="<results>/agreement_delta.parquet",
    log:
        "<logs>/agreement.log",
    benchmark:
        "<benchmarks>/agreement.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        pairs=PAIRS,
        candidate=CANDIDATE,
        controls=CONTROLS,
        burn_in=config["metrics"]["llc_functional"]["burn_in"],
        draw_every=config["metrics"]["llc_functional"]["draw_every"],
        confidence=config["separation"]["confidence"],
        resamples=RESAMPLES,
        seed=config["seed"],
        code=code("agreement.py"),
    script:
        "../scripts/agreement.py"


rule figure_agreement:
    input:
        scores=rules.agreement.input.scores,
    output:
        report(
            "<results>/figures/agreement.svg",
            caption="../report/captions/agreement.rst",
            category="Answer",
            labels={"measure": "llc_functional", "figure": "against cheap measures"},
        ),
    log:
        "<logs>/figures/agreement.log",
    benchmark:
        "<benchmarks>/figures/agreement.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        pairs=PANELS,
        titles={metric: METRICS[metric]["title"] for pair in PANELS for metric in pair},
        code=code("figure_agreement.py"),
    script:
        "../scripts/figure_agreement.py"


rule study:
    input:
        unpack(study_input),
        tokens="<results>/tokens.parquet",
        model="<results>/model/config.json",
        weights="<results>/model/model.safetensors",
    output:
        "<results>/study/{cell}.parquet",
    log:
        "<logs>/study/{cell}.log",
    benchmark:
        "<benchmarks>/study/{cell}.tsv"
    wildcard_constraints:
        cell="|".join(map(re.escape, CELLS)) or "none",
    conda:
        "../envs/litmus.yaml"
    resources:
        gpu=GPUS,
    params:
        cell=lambda wildcards: CELLS[wildcards.cell]._asdict(),
        groups=config["study"]["groups"],
        directions=config["study"]["directions"],
        seeds=config["study"]["seeds"],
        chains=study_chains,
        sensitivity=study_sensitivity,
        quadratic=study_quadratic,
        min_activations=config["dictionary"]["min_activations"],
        seed=config["seed"],
        device=config["device"],
        code=code("study.py"),
    script:
        "../scripts/study.py"


use rule gather_scores as gather_study with:
    input:
        expand("<results>/study/{cell}.parquet", cell=CELLS),
    output:
        "<results>/study.parquet",
    log:
        "<logs>/gather/study.log",
    benchmark:
        "<benchmarks>/gather/study.tsv"


rule study_summary:
    input:
        "<results>/study.parquet",
    output:
        ranking="<results>/study_ranking.parquet",
        deltas="<results>/study_delta.parquet",
    log:
        "<logs>/study_summary.log",
    benchmark:
        "<benchmarks>/study_summary.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        confidence=config["separation"]["confidence"],
        resamples=RESAMPLES,
        seed=config["seed"],
        code=code("study_summary.py"),
    script:
        "../scripts/study_summary.py"
