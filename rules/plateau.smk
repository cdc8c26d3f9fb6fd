# Plateaus: as a metric of every direction, and the source's own experiments.

PLATEAUS = config["plateaus"]
# What each experiment's figure is drawn from.
PLATEAU_TABLES = {
    "bases": ["bases_curves", "bases_sizes", "bases_pairs"],
    "directions": ["directions_curves", "directions_sizes", "directions_pairs"],
    "plane": ["plane"],
    "simplex": ["simplex_sizes", "simplex_optimum"],
    "layers": ["layers_sizes", "layers_pairs"],
}
PLATEAU_FIGURES = list(PLATEAU_TABLES) if PLATEAUS["enabled"] else []


rule plateau:
    input:
        directions="<results>/directions/{group}/{chunk}.parquet",
        tokens="<results>/tokens.parquet",
        weights="<results>/model/model.safetensors",
    output:
        "<results>/scores/plateau/{group}/{chunk}.parquet",
    log:
        "<logs>/plateau/{group}/{chunk}.log",
    benchmark:
        "<benchmarks>/plateau/{group}/{chunk}.tsv"
    conda:
        "../envs/litmus.yaml"
    resources:
        gpu=GPUS,
    params:
        variants=SETTINGS.metrics.plateau.variants(),
        settings=lookup(within=config, dpath="metrics/plateau"),
        hook=HOOK,
        seed=config["seed"],
        device=config["device"],
        code=code("plateau.py"),
    script:
        "../scripts/plateau.py"


rule plateau_curves:
    input:
        unpack(plateau_curves_input),
        tokens="<results>/tokens.parquet",
        weights="<results>/model/model.safetensors",
    output:
        curves="<results>/plateaus/{varied}_curves.parquet",
        sizes="<results>/plateaus/{varied}_sizes.parquet",
        pairs="<results>/plateaus/{varied}_pairs.parquet",
    log:
        "<logs>/plateaus/{varied}.log",
    benchmark:
        "<benchmarks>/plateaus/{varied}.tsv"
    wildcard_constraints:
        varied="bases|directions",
    conda:
        "../envs/litmus.yaml"
    resources:
        gpu=GPUS,
    params:
        settings=plateau_curves_settings,
        confidence=config["separation"]["confidence"],
        hook=HOOK,
        seed=config["seed"],
        device=config["device"],
        code=code("plateau_curves.py"),
    script:
        "../scripts/plateau_curves.py"


rule plateau_layers:
    input:
        tokens="<results>/tokens.parquet",
        weights="<results>/model/model.safetensors",
    output:
        sizes="<results>/plateaus/layers_sizes.parquet",
        pairs="<results>/plateaus/layers_pairs.parquet",
    log:
        "<logs>/plateaus/layers.log",
    benchmark:
        "<benchmarks>/plateaus/layers.tsv"
    conda:
        "../envs/litmus.yaml"
    resources:
        gpu=GPUS,
    params:
        settings=plateau_settings("lines", "threshold", "steps", "tolerance", "resamples"),
        # How many a model of others has, it says itself.
        layers=list(range(1, config["model"]["layers"])) if MODEL_TRAINED else None,
        confidence=config["separation"]["confidence"],
        seed=config["seed"],
        device=config["device"],
        code=code("plateau_layers.py"),
    script:
        "../scripts/plateau_layers.py"


rule plateau_plane:
    input:
        tokens="<results>/tokens.parquet",
        weights="<results>/model/model.safetensors",
    output:
        "<results>/plateaus/plane.parquet",
    log:
        "<logs>/plateaus/plane.log",
    benchmark:
        "<benchmarks>/plateaus/plane.tsv"
    conda:
        "../envs/litmus.yaml"
    resources:
        gpu=GPUS,
    params:
        settings=plateau_settings("resolution"),
        hook=HOOK,
        seed=config["seed"],
        device=config["device"],
        code=code("plateau_plane.py"),
    script:
        "../scripts/plateau_plane.py"


rule plateau_simplex:
    input:
        tokens="<results>/tokens.parquet",
        weights="<results>/model/model.safetensors",
    output:
        sizes="<results>/plateaus/simplex_sizes.parquet",
        optimum="<results>/plateaus/simplex_optimum.parquet",
    log:
        "<logs>/plateaus/simplex.log",
    benchmark:
        "<benchmarks>/plateaus/simplex.tsv"
    conda:
        "../envs/litmus.yaml"
    resources:
        gpu=GPUS,
    params:
        settings=plateau_settings("edge", "mixing", "neighbours", "threshold", "steps", "tolerance"),
        confidence=config["separation"]["confidence"],
        hook=HOOK,
        seed=config["seed"],
        device=config["device"],
        code=code("plateau_simplex.py"),
    script:
        "../scripts/plateau_simplex.py"


rule figure_plateau:
    input:
        lambda wildcards: expand(
            "<results>/plateaus/{table}.parquet", table=PLATEAU_TABLES[wildcards.experiment]
        ),
    output:
        report(
            "<results>/figures/plateau_{experiment}.svg",
            caption="../report/captions/plateau.rst",
            category="Plateaus",
            labels={"measure": "plateaus", "figure": "{experiment}"},
        ),
    log:
        "<logs>/figures/plateau_{experiment}.log",
    benchmark:
        "<benchmarks>/figures/plateau_{experiment}.tsv"
    wildcard_constraints:
        experiment="|".join(PLATEAU_TABLES),
    conda:
        "../envs/litmus.yaml"
    params:
        threshold=PLATEAUS["threshold"],
        code=code("plateau_figure.py"),
    script:
        "../scripts/plateau_figure.py"
