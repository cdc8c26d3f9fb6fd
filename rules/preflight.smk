# Whether all is there and fits together, and what a run will cost: before any job, once for the same
# settings. Not as a rule that others need: where such a one is to run, Snakemake does not look
# whether the parameters of those after it have changed.


rule preflight:
    log:
        "<logs>/preflight_told.log",
    localrule: True
    conda:
        "../envs/litmus.yaml"
    params:
        plan=str(Path(config["results"], "preflight.json")),
    shell:
        "cat {params.plan} > {log}"
