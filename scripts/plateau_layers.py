"""Sensitive directions at every layer with a block below it and one above: sizes and δ."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import json
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

    from litmus import device, tables
    from litmus.plateaus import curves, pairs
    from litmus.plateaus.laboratory import Laboratory, in_laboratory
    from litmus.progress import Progress

    given, params, block = snakemake.input, snakemake.params, snakemake.params.settings
    where = device.take(params.device, snakemake.threads)
    described = json.loads(Path(given.weights).with_name("config.json").read_text())
    layers = params.layers or range(1, described["layers"])
    progress = Progress("plateaus, layer by layer", len(layers), "layers")
    sizes, apart = [], []

    def experiment(laboratory: Laboratory) -> curves.Found:
        """Curves and sizes of two kinds."""
        drawn = curves.by_direction(laboratory, block, ["random", "real_other"])
        return curves.measure(laboratory, drawn, block)

    for layer in layers:
        found = in_laboratory(
            experiment,
            Path(given.weights).parent,
            given.tokens,
            f"blocks.{layer}.hook_resid_pre",
            {**block, "read": "ln_final.hook_normalized"},
            params.seed,
            where,
        )
        told = pairs.compare(found.sizes, block["resamples"], params.confidence, params.seed)
        sizes.append(found.sizes.assign(layer=layer))
        apart.append(told.assign(layer=layer))
        progress.advance()
    for name, parts in (("sizes", sizes), ("pairs", apart)):
        table = pa.Table.from_pandas(pd.concat(parts), preserve_index=False)
        tables.write(table, snakemake.output[name])
