"""Plateaus by kind of base, or sensitive directions by kind of direction: curves, sizes, δ."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    import pyarrow as pa

    from litmus import device, tables
    from litmus.plateaus import curves, pairs
    from litmus.plateaus.encoded import with_dictionary
    from litmus.plateaus.laboratory import Laboratory, in_laboratory

    given, params, block = snakemake.input, snakemake.params, snakemake.params.settings

    def experiment(laboratory: Laboratory) -> curves.Found:
        """Curves and sizes of all kinds."""
        if given.get("dictionary"):
            laboratory = with_dictionary(laboratory, Path(given.dictionary).parent)
        if snakemake.wildcards.varied == "bases":
            drawn = curves.by_base(laboratory, block)
        else:
            drawn = curves.by_direction(laboratory, block, block["direction_kinds"])
        return curves.measure(laboratory, drawn, block)

    found = in_laboratory(
        experiment,
        Path(given.weights).parent,
        given.tokens,
        block["write"] or params.hook,
        block,
        params.seed,
        device.take(params.device, snakemake.threads),
    )
    apart = pairs.compare(found.sizes, block["resamples"], params.confidence, params.seed)
    for name, table in {**found._asdict(), "pairs": apart}.items():
        tables.write(pa.Table.from_pandas(table, preserve_index=False), snakemake.output[name])
