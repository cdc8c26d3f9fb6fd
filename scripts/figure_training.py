"""The subject's loss curve beside the unigram entropy."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import json
    from pathlib import Path

    from litmus import tables
    from litmus.figures import training

    training.draw(
        tables.read(snakemake.input.training).to_pandas(),
        json.loads(Path(snakemake.input.summary).read_text())["unigram_entropy"],
        snakemake.output[0],
    )
