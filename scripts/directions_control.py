"""Statistics and cached activations → one chunk of a control group's directions."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import json
    from functools import partial
    from pathlib import Path

    from litmus.activations.source import opened
    from litmus.activations.statistics import Statistics
    from litmus.directions import controls, table
    from litmus.directions.chunks import indices

    group, chunk = snakemake.wildcards.group, snakemake.wildcards.chunk
    seed = snakemake.params.seed
    centred = json.loads(Path(snakemake.input.model).read_text())["centred"]
    statistics = Statistics.read(snakemake.input.statistics)
    numbers = indices(chunk)
    if group == "isotropic":
        vectors = controls.isotropic(numbers, len(statistics.mean), centred, seed)
        source = "Gaussian, identity covariance"
    elif group == "covariance":
        vectors = controls.covariance(numbers, statistics, seed)
        source = "Gaussian, covariance of the activations"
    else:
        read = partial(opened(snakemake.input, snakemake.params.recipe).rows, "eval")
        vectors = controls.difference(numbers, statistics.count, read, centred, seed)
        source = "difference of two activations"
    table.write(snakemake.output[0], group, chunk, vectors, [source] * len(numbers))
