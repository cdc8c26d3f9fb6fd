"""Every table and figure → one HTML file."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    from litmus.report import page
    from litmus.report.inputs import ReportInputs

    given, words = snakemake.input, snakemake.params.words
    shown = [metric for metric, about in words.items() if about["shown"]]
    template = next(p for p in map(Path, given.template) if p.name == "template.html")
    first = {name: Path(given[name]) for name in ("separation", "corpus")}
    # Of a trained subject the first two, of a pretrained one the third; not every run has the last.
    some = {
        name: Path(given[name][0]) if given[name] else None
        for name in ("training", "training_curve", "subject", "quality")
    }
    page.write(
        ReportInputs(
            words=words,
            candidate=snakemake.params.candidate,
            scores=list(map(Path, given.scores)),
            distributions=dict(zip(shown, map(Path, given.distributions), strict=True)),
            diagnostics=list(map(Path, given.diagnostics)),
            chains=dict(zip(snakemake.params.traced, map(Path, given.chains), strict=True)),
            calibrations={
                family: (Path(table), Path(figure))
                for family, table, figure in zip(
                    snakemake.params.calibrated,
                    given.calibration,
                    given.calibration_figures,
                    strict=True,
                )
            },
            agreement=dict(
                zip(("ranking", "deltas", "figure"), map(Path, given.agreement), strict=False)
            )
            | dict(
                zip(
                    ("study", "study_ranking", "study_deltas"),
                    map(Path, given.study),
                    strict=False,
                )
            ),
            whole_dictionary=tuple(map(Path, given.whole_dictionary)) or None,
            ablation_tables=list(map(Path, given.ablation_tables)),
            ablation_figures=list(map(Path, given.ablation_figures)),
            plateau_tables=list(map(Path, given.plateau_tables)),
            plateau_figures=list(map(Path, given.plateau_figures)),
            own=list(map(Path, given.own)),
            published=Path(given.published) if given.published else None,
            provenance=Path(given.provenance),
            overview=Path(given.overview),
            benchmarks=Path(snakemake.output[0]).parent / "benchmarks",
            jobs=snakemake.params.jobs,
            **first,
            **some,
        ),
        template.parent,
        snakemake.output[0],
    )
