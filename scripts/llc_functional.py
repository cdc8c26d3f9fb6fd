"""One chunk of directions → functional FT-LLC and the traces of its chains."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    import torch

    from litmus import device, tables
    from litmus.activations.statistics import Statistics
    from litmus.corpus.tokens import split_of
    from litmus.directions import table
    from litmus.metrics import llc_functional, scores
    from litmus.metrics.traces import trace_table
    from litmus.progress import Progress
    from litmus.stacked import StackedLower
    from litmus.subject import checkpoint

    where = device.take(snakemake.params.device, snakemake.threads)
    settings = {k: v for k, v in snakemake.params.settings.items() if k != "enabled"}
    settings = llc_functional.LLC(**settings)
    directions = table.read(snakemake.input.directions)
    std = Statistics.read(snakemake.input.statistics).projection_std(directions.vectors)
    architecture, weights = checkpoint.load(Path(snakemake.input.weights).parent)
    lower = StackedLower(architecture, snakemake.params.hook)
    tokens = split_of(tables.read(snakemake.input.tokens), "eval")
    blocks = -(-len(directions.ids) // max(1, settings.stack // settings.chains))
    progress = Progress(f"llc_functional {directions.ids[0]}…", blocks * settings.steps)
    scored, traces = llc_functional.score(
        lower,
        {name: value.to(where) for name, value in lower.pack(weights).items()},
        torch.from_numpy(tokens).long().to(where),
        torch.from_numpy(directions.vectors).to(where),
        torch.from_numpy(std).float().to(where),
        settings,
        snakemake.params.seed,
        progress.advance,
    )
    tables.write(trace_table(directions, traces), snakemake.output.traces)
    scores.write(snakemake.output.scores, "llc_functional", directions, scored)
