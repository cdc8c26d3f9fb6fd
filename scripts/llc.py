"""One chunk of directions → a variant of the FT-LLC, the chains' traces and their diagnostics."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import json
    from pathlib import Path

    from litmus import device, tables
    from litmus.directions import table
    from litmus.metrics import scores, traces
    from litmus.metrics.llc.estimate import score
    from litmus.metrics.llc.laboratory import Laboratory, settings_of
    from litmus.progress import Progress

    given, params, block = snakemake.input, snakemake.params, snakemake.params.settings
    where = device.take(params.device, snakemake.threads)
    family = params.family
    found = json.loads(Path(given.calibration).read_text()) if given.get("calibration") else {}
    settings = settings_of(block, found)
    laboratory = Laboratory(
        Path(given.weights).parent,
        given.tokens,
        given.statistics,
        given.get("features"),
        params.hook,
        params.min_activations,
        where,
    )
    directions = table.read(given.directions)
    steps = len(params.variants) * len(directions.ids) * settings.steps
    progress = Progress(f"{family} {directions.ids[0]}…", steps)
    estimates = {}
    for suffix, (threshold, weights) in params.variants.items():
        features = laboratory.features(directions, block, threshold)
        estimates[family + suffix] = score(
            laboratory.loss_of(
                family.removeprefix("llc_"),
                features,
                settings,
                directions.ids,
                params.seed,
                block.get("flow_steps", 1),
            ),
            laboratory.where(weights, f"metrics.{family}.weights"),
            directions.ids,
            laboratory.dead(features, threshold, f"metrics.{family}.thresholds"),
            settings,
            params.seed,
            progress.advance,
            key=f"metrics.{family}.stack",
        )
    output = snakemake.output
    tables.write(traces.trace_table(directions, estimates), output.traces)
    tables.write(traces.diagnostics_table(directions, estimates), output.diagnostics)
    scores.write_all(output.scores, directions, {m: e.scores for m, e in estimates.items()})
