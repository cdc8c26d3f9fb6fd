"""All measured cases → the figure of errors against nβ and `validation.html`."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from litmus import tables
    from litmus.figures import validation as figure
    from litmus.report import validation as page

    measured = tables.read(snakemake.input.table).to_pandas()
    figure.draw(measured[measured["family"] == "linear network"], snakemake.output.figure)
    page.write(measured, snakemake.output.figure, snakemake.input.template, snakemake.output.page)
