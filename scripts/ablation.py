"""One chunk of directions → what ablating each does to the output, for every kind and k."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    from litmus import device
    from litmus.activations.source import opened
    from litmus.activations.statistics import Statistics
    from litmus.directions import table
    from litmus.metrics import scores
    from litmus.metrics.ablation.effect import effects_of
    from litmus.metrics.ablation.measure import measure
    from litmus.metrics.ablation.settings import Ablation, Variant
    from litmus.progress import Progress
    from litmus.subject import checkpoint

    given, params = snakemake.input, snakemake.params
    where = device.take(params.device, snakemake.threads)
    directions = table.read(given.directions)
    statistics = Statistics.read(given.statistics)
    architecture, weights = checkpoint.load(Path(given.weights).parent)
    activations = opened(given, params.recipe, where)
    state = {name: value.to(where) for name, value in weights.items()}
    scored = measure(
        effects_of(architecture, params.hook, state, Ablation(**params.settings)),
        lambda: activations.blocks("eval"),
        directions.vectors,
        statistics.projection_mean(directions.vectors),
        statistics.projection_std(directions.vectors),
        {"ablation" + suffix: Variant(*v) for suffix, v in params.variants.items()},
        params.seed,
        where,
        lambda total: Progress(f"ablation {directions.ids[0]}…", total, "runs").advance,
    )
    scores.write_all(snakemake.output[0], directions, scored)
