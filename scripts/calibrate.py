"""Some of a variant's chain settings, tried on directions that are never scored → their health."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from functools import partial
    from pathlib import Path

    from litmus import device, tables
    from litmus.activations.source import opened
    from litmus.directions import live
    from litmus.directions.chunks import indices
    from litmus.metrics.llc import calibration, trial
    from litmus.metrics.llc.laboratory import Laboratory, settings_of
    from litmus.progress import Progress

    given, params, block = snakemake.input, snakemake.params, snakemake.params.settings
    laboratory = Laboratory(
        Path(given.weights).parent,
        given.tokens,
        given.statistics,
        given.features if block["feature"] == "latent" else None,
        params.hook,
        params.min_activations,
        device.take(params.device, snakemake.threads),
    )
    if given.get("features"):
        rows = live.read(given.features, given.model, params.min_activations)
        groups = calibration.unscored(rows, params.directions, params.seed)
    else:
        groups = calibration.without_dictionary(
            params.directions,
            laboratory.statistics,
            partial(opened(given, params.recipe).rows, "eval"),
            laboratory.architecture.centred,
            params.seed,
        )
    ids = [name for group in groups for name in group.ids]
    threshold, weights = params.variant
    features = calibration.joined([laboratory.features(g, block, threshold) for g in groups])
    where = laboratory.where(weights, f"metrics.{params.family}.weights")
    dead = laboratory.dead(features, threshold, f"metrics.{params.family}.thresholds")
    numbers = indices(snakemake.wildcards.chunk)
    steps = 2 * len(numbers) * len(ids) * block["steps"]
    progress = Progress(f"calibrating {params.family}", steps)
    tried = {}
    for number in numbers:
        found = calibration.drawn(number, block, params.limits, params.seed, params.family)
        settings = settings_of(block, found)
        loss_of = laboratory.loss_of(
            params.family.removeprefix("llc_"),
            features,
            settings,
            ids,
            params.seed,
            block.get("flow_steps", 1),
        )
        measured = trial.measure(loss_of, where, ids, dead, settings, params.seed, progress.advance)
        tried[number] = (found, measured)
    first = int(ids[0].rpartition("/")[2])
    tables.write(calibration.table(tried, first), snakemake.output[0])
