"""Cached activations → a dictionary in SAELens's format."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import tempfile
    from pathlib import Path

    from litmus import device
    from litmus.activations.source import load, opened
    from litmus.dictionary import train
    from litmus.progress import Progress
    from litmus.tables import atomic

    settings = snakemake.params.settings
    where = device.take(snakemake.params.device, snakemake.threads)
    source = opened(snakemake.input, snakemake.params.recipe, where)
    activations = load(source, "train").activations
    names = train.Dictionary.__dataclass_fields__
    progress = Progress("training the dictionary", settings["training_tokens"], "tokens")
    with tempfile.TemporaryDirectory() as folder:
        train.train(
            activations.reshape(-1, activations.shape[-1]),
            train.Dictionary(**{name: settings[name] for name in names}),
            snakemake.params.hook,
            Path(folder),
            where,
            progress.advance,
        )
        for output in (snakemake.output.config, snakemake.output.weights):
            with atomic(output) as temporary:
                temporary.write_bytes((Path(folder) / Path(output).name).read_bytes())
