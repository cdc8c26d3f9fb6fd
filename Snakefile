import sys
from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")

sys.path.insert(0, str(Path(workflow.basedir, "scripts")))


report: "report/workflow.rst"


configfile: Path(workflow.basedir, "config.yaml")


include: "rules/common.smk"
include: "rules/families.smk"


pathvars:
    results=config["results"],
    logs=str(Path(config["results"], "logs")),
    benchmarks=str(Path(config["results"], "benchmarks")),


include: "rules/corpus.smk"
include: "rules/subject.smk"
include: "rules/dictionary.smk"
include: "rules/directions.smk"
include: "rules/projections.smk"
include: "rules/weight_sensitivity.smk"
include: "rules/calibration.smk"
include: "rules/llc.smk"
include: "rules/llc_quadratic.smk"
include: "rules/ablation.smk"
include: "rules/plateau.smk"
include: "rules/gather.smk"
include: "rules/study.smk"
include: "rules/separation.smk"
include: "rules/report.smk"
include: "rules/validation.smk"
include: "rules/preflight.smk"


# On a cluster these run where Snakemake does: each takes seconds, and a job of its own would take
# more for being one. Elsewhere this changes nothing.
localrules:
    ablation_agreement,
    agreement,
    calibrate_choose,
    directions_control,
    directions_file,
    directions_matched,
    directions_sae,
    figure_ablation_agreement,
    figure_ablation_grid,
    figure_agreement,
    figure_calibration,
    figure_distribution,
    figure_overview,
    figure_plateau,
    figure_traces,
    figure_training,
    figure_whole_dictionary,
    gather_diagnostics,
    gather_scores,
    gather_study,
    gather_traces,
    gather_validation,
    norm_sparsity,
    projection_kurtosis,
    projection_skewness,
    projection_std,
    provenance,
    report,
    sparsity,
    study_summary,
    validation_report,


onstart:
    preflight()


wildcard_constraints:
    chunk=r"\d{5}-\d{5}",
    group=r"[a-z][a-z0-9_]*",
    llc=r"llc_functional|llc_behavioral|llc_natural",
    family=r"[a-z][a-z0-9_]*",
    metric=r"[a-z][a-z0-9_.-]*",


rule all:
    default_target: True
    input:
        "<results>/report.html",
        "<results>/separation.csv",


# For `make report`: where to look.
rule where:
    input:
        "<results>/report.html",
    log:
        "<logs>/where.log",
    localrule: True
    conda:
        "envs/litmus.yaml"
    shell:
        "echo 'Report: {input}' | tee {log}"
