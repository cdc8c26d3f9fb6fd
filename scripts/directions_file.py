"""The user's own file, in its order → one chunk of its directions."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import json
    from pathlib import Path

    from litmus.directions import own, table
    from litmus.directions.chunks import indices

    path, chunk = snakemake.input.own, snakemake.wildcards.chunk
    subject = json.loads(Path(snakemake.input.model).read_text())
    found, rows = own.read(path), indices(chunk)
    vectors = own.directions(found, rows, subject["width"], subject["centred"], path)
    table.write(snakemake.output[0], "file", chunk, vectors, [found.names[row] for row in rows])
