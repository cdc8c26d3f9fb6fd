"""Scores of an ablation and of a local learning coefficient → one against the other."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import pandas as pd

    from litmus import tables
    from litmus.figures import ablation_agreement

    given, params = snakemake.input, snakemake.params
    agreement = tables.read(given.agreement).to_pandas()
    metric, other = agreement.loc[0, ["metric", "other"]]  # the one that separated best published
    scores = pd.concat([tables.read(path).to_pandas() for path in (given.ablation, given.other)])
    ablation_agreement.draw(
        scores,
        agreement,
        metric,
        other,
        params.titles,
        snakemake.output[0],
    )
