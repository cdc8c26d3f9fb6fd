"""One figure of the plateau experiments, from their tables."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from litmus import tables
    from litmus.figures import plateau_curves, plateau_layers, plateau_plane, plateau_simplex

    figure, path = snakemake.wildcards.experiment, snakemake.output[0]
    given = [tables.read(table).to_pandas() for table in snakemake.input]
    if figure == "layers":
        plateau_layers.draw(*given, path)
    elif figure == "plane":
        plateau_plane.draw(*given, path)
    elif figure == "simplex":
        plateau_simplex.draw(*given, path)
    else:
        titles = {"bases": "Activation plateaus", "directions": "Sensitive directions"}
        plateau_curves.draw(*given, snakemake.params.threshold, titles[figure], path)
