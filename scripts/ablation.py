"""One chunk of directions → what ablating each does to the output, for every kind and k."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from dataclasses import replace
    from pathlib import Path

    from litmus import device
    from litmus.activations.source import opened
    from litmus.activations.statistics import Statistics
    from litmus.directions import table
    from litmus.memory import within_memory
    from litmus.metrics import scores
    from litmus.metrics.ablation.effect import effects_of
    from litmus.metrics.ablation.measure import measure
    from litmus.metrics.ablation.settings import Ablation, Variant
    from litmus.metrics.scores import Scores
    from litmus.progress import Progress
    from litmus.subject import checkpoint

    given, params = snakemake.input, snakemake.params
    where = device.take(params.device, snakemake.threads)
    directions = table.read(given.directions)
    statistics = Statistics.read(given.statistics)
    architecture, weights = checkpoint.load(Path(given.weights).parent)
    activations = opened(given, params.recipe, where)
    state = {name: value.to(where) for name, value in weights.items()}
    asked = Ablation(**params.settings)
    mean = statistics.projection_mean(directions.vectors)
    std = statistics.projection_std(directions.vectors)

    def run(budget: int) -> dict[str, Scores]:
        """The scores, from so many tokens at once."""
        settings = replace(asked, batch_tokens=budget)
        return measure(
            effects_of(architecture, params.hook, state, settings),
            lambda: activations.blocks("eval"),
            directions.vectors,
            mean,
            std,
            {"ablation" + suffix: Variant(*v) for suffix, v in params.variants.items()},
            params.seed,
            where,
            lambda total: Progress(f"ablation {directions.ids[0]}…", total, "runs").advance,
        )

    key = "metrics.ablation.batch_tokens"
    scored, _ = within_memory(asked.batch_tokens, run, key, "tokens")
    scores.write_all(snakemake.output[0], directions, scored)
