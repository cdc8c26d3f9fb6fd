"""λ̂ against cheap measures of the same directions, a panel a pair."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import pandas as pd

    from litmus import tables
    from litmus.figures import agreement

    scores = pd.concat([tables.read(path).to_pandas() for path in snakemake.input.scores])
    agreement.draw(scores, snakemake.params.pairs, snakemake.params.titles, snakemake.output[0])
