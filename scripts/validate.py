"""One family of cases with a known learning coefficient → its rows of `validation.parquet`."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import torch

    from litmus import tables
    from litmus.progress import Progress
    from litmus.validation import measure, rows
    from litmus.validation.cases import JOBS

    torch.set_num_threads(snakemake.threads)
    widths = JOBS[snakemake.wildcards.job]
    progress = Progress(f"validate {snakemake.wildcards.job}", measure.length(widths))
    found = measure.job(widths, snakemake.params.seed, progress.advance)
    tables.write(rows.table(found), snakemake.output[0])
