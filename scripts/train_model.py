"""`tokens.parquet` → a trained subject and its loss curve."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import hashlib
    import json
    import shutil
    from pathlib import Path

    import pyarrow as pa

    from litmus import device, tables
    from litmus.corpus.tokens import split_of
    from litmus.progress import Progress
    from litmus.seeds import stream
    from litmus.subject import adapter, checkpoint, train

    model_settings, seed = snakemake.params.settings, snakemake.params.seed
    summary = json.loads(Path(snakemake.input.summary).read_text())
    tokens = tables.read(snakemake.input.tokens)
    training, evaluation = split_of(tokens, "train"), split_of(tokens, "eval")
    architecture = checkpoint.Architecture(
        layers=model_settings["layers"],
        width=model_settings["width"],
        heads=model_settings["heads"],
        mlp_width=model_settings["mlp_width"],
        context=training.shape[1],
        vocabulary=summary["vocabulary"],
    )
    model = adapter.build(architecture, stream(seed, "model") % 2**31)
    model.to(device.take(snakemake.params.device, snakemake.threads), print_details=False)
    progress = Progress("training the model", model_settings["steps"])

    def after_step(done: int) -> None:
        """The first call tells how many steps a checkpoint spared."""
        if progress.done == 0 and done > 1:
            progress.skip(done)
        else:
            progress.advance(done - progress.done)

    folder = Path(snakemake.output.weights).parent
    names = train.Training.__dataclass_fields__
    # A checkpoint resumes this training only: same settings, seed, text and code.
    key = json.dumps([model_settings, seed, summary, snakemake.params.code], sort_keys=True)
    record = train.train(
        model,
        training,
        evaluation,
        train.Training(**{name: model_settings[name] for name in names}),
        seed,
        folder / "checkpoint.pt",
        hashlib.sha256(key.encode()).hexdigest(),
        after_step,
    )
    model.to("cpu", print_details=False)
    architecture, weights = adapter.folded(model, architecture, model_settings["processing"])
    checkpoint.save(folder, architecture, weights)
    tables.write(
        pa.table({**vars(record), "step": pa.array(record.step, pa.int32())}),
        snakemake.output.training,
    )
    with tables.atomic(snakemake.output.tokenizer) as temporary:
        shutil.copyfile(snakemake.input.tokenizer, temporary)
    (folder / "checkpoint.pt").unlink(missing_ok=True)
