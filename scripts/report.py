"""Every table and figure → one HTML file."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    from litmus.report import page
    from litmus.report.inputs import ReportInputs

    given, words = snakemake.input, snakemake.params.words
    template = next(p for p in map(Path, given.template) if p.name == "template.html")
    first = {name: Path(given[name]) for name in ("separation", "training", "quality", "corpus")}
    page.write(
        ReportInputs(
            words=words,
            candidate=snakemake.params.candidate,
            scores=list(map(Path, given.scores)),
            distributions=dict(zip(words, map(Path, given.distributions), strict=True)),
            traces=Path(given.traces[0]) if given.traces else None,
            chains=Path(given.chains[0]) if given.chains else None,
            provenance=Path(given.provenance),
            overview=Path(given.overview),
            training_curve=Path(given.training_curve),
            benchmarks=Path(snakemake.output[0]).parent / "benchmarks",
            jobs=snakemake.params.jobs,
            **first,
        ),
        template.parent,
        snakemake.output[0],
    )
