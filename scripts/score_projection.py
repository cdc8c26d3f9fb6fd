"""One chunk of directions → a metric that only needs their projections."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import importlib

    from litmus.activations.source import opened
    from litmus.activations.statistics import Statistics
    from litmus.directions import table
    from litmus.metrics import scores
    from litmus.metrics.projections import Moments, project

    metric = importlib.import_module(f"litmus.metrics.{snakemake.params.metric}")
    directions = table.read(snakemake.input.directions)
    statistics = Statistics.read(snakemake.input.statistics)
    std = statistics.projection_std(directions.vectors)
    activations = opened(snakemake.input, snakemake.params.recipe)
    projections = project(activations.blocks("eval"), directions.vectors)
    settings = snakemake.params.settings
    if "threshold" in settings:
        scored = metric.score(projections, std, settings["threshold"], settings["nonlinearity"])
    else:
        mean = statistics.projection_mean(directions.vectors)
        scored = metric.score(Moments(projections, mean, std), std)
    scores.write(snakemake.output[0], snakemake.params.metric, directions, scored)
