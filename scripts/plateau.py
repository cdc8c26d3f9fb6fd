"""One chunk of directions → plateau sizes and what else the curves along them say."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    import torch

    from litmus import device, tables
    from litmus.corpus.tokens import split_of
    from litmus.directions import table
    from litmus.last_position import LastPosition
    from litmus.metrics import scores
    from litmus.metrics.plateau import bases, measure
    from litmus.progress import Progress
    from litmus.subject import checkpoint

    given, params, block = snakemake.input, snakemake.params, snakemake.params.settings
    where = device.take(params.device, snakemake.threads)
    write = block["write"] or params.hook
    architecture, weights = checkpoint.load(Path(given.weights).parent)
    weights = {name: value.to(where) for name, value in weights.items()}
    tokens = bases.sample(
        split_of(tables.read(given.tokens), "eval"),
        block["bases"],
        block["positions"],
        params.seed,
        "metrics.plateau.bases",
    )
    subject = LastPosition(architecture, write, block["read"], weights, block["batch_size"])
    context = bases.activations(architecture, weights, write, tokens, block["batch_size"], where)
    directions = table.read(given.directions)
    total = len(directions.ids) * len(block["modes"])
    progress = Progress(f"plateau {directions.ids[0]}…", total, "directions")
    scored = measure.measure(
        subject,
        subject.bases(context),
        torch.from_numpy(directions.vectors).to(where),
        {"plateau" + suffix: variant for suffix, variant in params.variants.items()},
        measure.Plateau(block["threshold"], block["steps"], block["tolerance"]),
        progress.advance,
    )
    scores.write_all(snakemake.output[0], directions, scored)
