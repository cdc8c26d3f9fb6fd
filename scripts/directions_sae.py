"""The dictionary's live features, in index order → one chunk of the candidate's directions."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import json
    from pathlib import Path

    import numpy as np

    from litmus import tables
    from litmus.directions import table
    from litmus.directions.chunks import indices
    from litmus.directions.controls import centre, unit
    from litmus.errors import LitmusError

    centred = json.loads(Path(snakemake.input.model).read_text())["centred"]
    features = tables.read(snakemake.input.features)
    decoder = features["decoder"].combine_chunks().flatten().to_numpy()
    decoder = decoder.reshape(len(features), -1).astype(np.float64)
    least = snakemake.params.min_activations
    live = np.flatnonzero(features["active_tokens"].to_numpy() >= least)
    numbers = indices(snakemake.wildcards.chunk)
    if len(live) <= numbers[-1]:
        raise LitmusError(
            f"directions.count: found more than {len(live)}, but only {len(live)} of the "
            f"dictionary's {len(decoder)} features are live (active on {least} or more evaluation "
            "tokens); lower it, or train a larger dictionary"
        )
    chosen = live[numbers]
    table.write(
        snakemake.output[0],
        "sae",
        snakemake.wildcards.chunk,
        unit(centre(decoder[chosen], centred)),
        [f"dictionary row {row}" for row in chosen],
    )
