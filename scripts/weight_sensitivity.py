"""One chunk of directions → weight sensitivity at several scales."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    import torch

    from litmus import device, tables
    from litmus.activations.statistics import Statistics
    from litmus.corpus.tokens import split_of
    from litmus.directions import table
    from litmus.metrics import scores, weight_sensitivity
    from litmus.progress import Progress
    from litmus.stacked import StackedLower
    from litmus.subject import checkpoint

    where = device.take(snakemake.params.device, snakemake.threads)
    block = {k: v for k, v in snakemake.params.settings.items() if k != "enabled"}
    settings = weight_sensitivity.Sensitivity(**block)
    seed = snakemake.params.seed
    directions = table.read(snakemake.input.directions)
    std = Statistics.read(snakemake.input.statistics).projection_std(directions.vectors)
    architecture, weights = checkpoint.load(Path(snakemake.input.weights).parent)
    lower = StackedLower(architecture, snakemake.params.hook)
    evaluation = split_of(tables.read(snakemake.input.tokens), "eval")
    tokens = weight_sensitivity.sample(evaluation, settings.sequences, seed)
    progress = Progress(f"weight_sensitivity {directions.ids[0]}…", settings.draws, "draws")
    changed, fires = weight_sensitivity.changes(
        lower,
        {name: value.to(where) for name, value in lower.pack(weights).items()},
        torch.from_numpy(tokens).long().to(where),
        torch.from_numpy(directions.vectors).to(where),
        torch.from_numpy(std).float().to(where),
        settings,
        seed,
        progress.advance,
    )
    scored = weight_sensitivity.score(changed, fires)
    scores.write_all(
        snakemake.output[0], directions, dict(zip(snakemake.params.metrics, scored, strict=True))
    )
