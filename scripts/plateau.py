"""One chunk of directions → plateau sizes and what else the curves along them say."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    import torch

    from litmus import device, tables
    from litmus.corpus.tokens import split_of
    from litmus.directions import table
    from litmus.last_position import LastPosition
    from litmus.memory import within_memory
    from litmus.metrics import scores
    from litmus.metrics.plateau import bases, measure
    from litmus.metrics.scores import Scores
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
    directions = table.read(given.directions)
    total = len(directions.ids) * len(block["modes"])
    progress = Progress(f"plateau {directions.ids[0]}…", total, "directions")

    def run(budget: int) -> dict[str, Scores]:
        """The scores, from so many tokens at once."""
        subject = LastPosition(architecture, write, block["read"], weights, budget)
        context = bases.activations(architecture, weights, write, tokens, budget, where)
        return measure.measure(
            subject,
            subject.bases(context),
            torch.from_numpy(directions.vectors).to(where),
            {"plateau" + suffix: variant for suffix, variant in params.variants.items()},
            measure.Plateau(block["threshold"], block["steps"], block["tolerance"]),
            progress.advance,
        )

    scored, _ = within_memory(block["batch_size"], run, "metrics.plateau.batch_size", "tokens")
    scores.write_all(snakemake.output[0], directions, scored)
