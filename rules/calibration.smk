# How the chains' settings are found, where `calibrate` asks for it. Nothing here reads a score.


# The dictionary's last live rows: which they are does not depend on how many are scored. Where
# nothing else asks for a dictionary: differences of two activations.
rule calibrate:
    input:
        unpack(calibration_input),
        model="<results>/model/config.json",
        statistics=f"<results>/statistics/{HOOK}.parquet",
        tokens="<results>/tokens.parquet",
        weights="<results>/model/model.safetensors",
    output:
        "<results>/calibration/{llc}/{chunk}.parquet",
    log:
        "<logs>/calibration/{llc}/{chunk}.log",
    benchmark:
        "<benchmarks>/calibration/{llc}/{chunk}.tsv"
    conda:
        "../envs/litmus.yaml"
    resources:
        gpu=GPUS,
    params:
        family=lambda wildcards: wildcards.llc,
        variant=first_variant,
        settings=calibration_settings,
        limits=calibration_limits,
        directions=lambda wildcards: config["metrics"][wildcards.llc]["calibration"]["directions"],
        recipe=None if USES_DICTIONARY else activations_recipe(),
        hook=HOOK,
        min_activations=config["dictionary"]["min_activations"],
        seed=config["seed"],
        device=config["device"],
        code=code("calibrate.py"),
    script:
        "../scripts/calibrate.py"


rule calibrate_choose:
    input:
        settings_tried,
    output:
        table="<results>/calibration/{llc}.parquet",
        found="<results>/calibration/{llc}.json",
    log:
        "<logs>/calibration/{llc}.log",
    benchmark:
        "<benchmarks>/calibration/{llc}.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        calibrate=lambda wildcards: sorted(config["metrics"][wildcards.llc]["calibrate"]),
        code=code("calibrate_choose.py"),
    script:
        "../scripts/calibrate_choose.py"


rule figure_calibration:
    input:
        tried="<results>/calibration/{llc}.parquet",
    output:
        report(
            "<results>/figures/{llc}_calibration.svg",
            caption="../report/captions/calibration.rst",
            category="Health",
            labels={"measure": "{llc}", "figure": "calibration"},
        ),
    log:
        "<logs>/figures/{llc}_calibration.log",
    benchmark:
        "<benchmarks>/figures/{llc}_calibration.tsv"
    conda:
        "../envs/litmus.yaml"
    params:
        title=lambda wildcards: getattr(SETTINGS.metrics, wildcards.llc).title,
        code=code("figure_calibration.py"),
    script:
        "../scripts/figure_calibration.py"
