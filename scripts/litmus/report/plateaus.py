"""The plateau experiments: what was measured, beside what the source reports."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from litmus.figures.inline import inline
from litmus.figures.plateau import TITLES
from litmus.plateaus.optimum import DIFFERENCE
from litmus.plateaus.pairs import summary
from litmus.report.cells import Table, cell, text
from litmus.report.inputs import frame
from litmus.report.prose import fixed, number, p_value, plus_minus

UNITS = {"straight": "", "sphere": "°"}
CORNERS = {"random": "random", "real_other": "real", DIFFERENCE: "real less random"}


def section(tables: Sequence[str | Path], figures: Sequence[str | Path]) -> dict[str, Any] | None:
    """What `sections/plateaus.html` names; None where the experiments were not run.

    Args:
        tables: files of `<results>/plateaus/`, told apart by their names.
        figures: `<results>/figures/plateau_<experiment>.svg`.

    Raises:
        LitmusError: a file is missing or damaged.
    """
    if not tables:
        return None
    found = {Path(path).stem: frame(path) for path in tables}
    drawn = {Path(path).stem.removeprefix("plateau_"): Markup(inline(path)) for path in figures}
    bases, directions = found["bases_pairs"], found["directions_pairs"]
    return {
        "figures": drawn,
        "bases": {
            "sentence": apart(found["bases_sizes"], bases, "real", "random"),
            "sizes": size_table(found["bases_sizes"], "Plateau sizes by kind of base"),
            "pairs": pair_table(bases, "Every two kinds of base"),
        },
        "directions": {
            "sentence": apart(found["directions_sizes"], directions, "real_other", "random"),
            "isotropic": apart(found["directions_sizes"], directions, "isotropic", "random"),
            "sizes": size_table(found["directions_sizes"], "Plateau sizes by kind of direction"),
            "pairs": pair_table(directions, "Every two kinds of direction"),
        },
        "plane": plane_table(found["plane"]),
        "optimum": {
            "sentence": optimum_sentence(found["simplex_optimum"]),
            "table": optimum_table(found["simplex_optimum"]),
        },
        "layers": layer_table(found["layers_sizes"], found["layers_pairs"]),
    }


def apart(sizes: pd.DataFrame, pairs: pd.DataFrame, first: str, second: str) -> str:
    """How far two kinds go before the threshold, and how well that tells them apart."""
    told = summary(sizes).set_index(["mode", "kind"])
    parts = []
    for row in pairs.itertuples():
        if {row.first, row.second} != {first, second}:
            continue
        unit = UNITS[row.mode]
        means = [
            plus_minus(told.loc[(row.mode, k), "mean"], told.loc[(row.mode, k), "standard_error"])
            + unit
            for k in (first, second)
        ]
        parts.append(
            f"{row.mode}: {TITLES[first]} {means[0]}, {TITLES[second]} {means[1]}; "
            f"δ\u00a0{fixed(row.delta)} ({fixed(row.delta_low)} to {fixed(row.delta_high)}, "
            f"{fixed(row.delta_null)} by chance), p\u00a0{_p(row.p_holm)}"
        )
    return ". ".join(part[0].upper() + part[1:] for part in parts) + "." if parts else ""


def size_table(sizes: pd.DataFrame, caption: str) -> Table:
    """Restricted mean sizes with their errors over bases, medians, and the share that passes."""
    rows = [
        [
            text(f"{TITLES[row.kind]}, {row.mode}"),
            cell(row.mean, plus_minus(row.mean, row.standard_error) + UNITS[row.mode]),
            cell(row.median, number(row.median) + UNITS[row.mode]),
            cell(row.reached, f"{100 * row.reached:.1f} %"),
            cell(row.lines, str(row.lines)),
        ]
        for row in summary(sizes).itertuples()
    ]
    columns = ("kind", "mean within the range", "median", "pass the threshold", "lines")
    return Table(caption, columns, rows)


def pair_table(pairs: pd.DataFrame, caption: str) -> Table:
    """δ of every two kinds with its interval, what chance gives, and the test over bases."""
    rows = [
        [
            text(f"{TITLES[row.first]} / {TITLES[row.second]}, {row.mode}"),
            cell(row.delta, fixed(row.delta)),
            cell(row.delta_low, f"{fixed(row.delta_low)} to {fixed(row.delta_high)}"),
            cell(row.delta_null, fixed(row.delta_null)),
            text(TITLES.get(row.longer, row.longer)),
            cell(row.p_holm, p_value(row.p_holm)),
        ]
        for row in pairs.itertuples()
    ]
    columns = ("kinds", "δ", "interval", "by chance", "longer plateau", "p, Holm")
    return Table(caption, columns, rows, searchable=True)


def plane_table(plane: pd.DataFrame) -> Table:
    """The three activations: where they lie in the plane, and how far the output is from A's."""
    rows = [
        [
            text("ABC"[row.corner]),
            cell(row.x, number(row.x)),
            cell(row.y, number(row.y)),
            cell(row.kl, number(abs(row.kl) if row.corner == 0 else row.kl)),
        ]
        for row in plane[plane["corner"] >= 0].itertuples()
    ]
    return Table("The three activations", ("activation", "x", "y", "KL from A, nats"), rows)


def optimum_sentence(optimum: pd.DataFrame) -> str:
    """Whether real corners are local optima, and beyond what random ones are."""
    parts = []
    for neighbour, rows in optimum.groupby("neighbour", sort=False):
        least = rows[rows["mixing"] == rows["mixing"].min()].set_index("corner")
        real, beyond = least.loc["real_other"], least.loc[DIFFERENCE]
        rise, more = (plus_minus(row["rise"], row["standard_error"]) for row in (real, beyond))
        low, share, high = (f"{100 * real[name]:.0f}" for name in ("low", "optima", "high"))
        parts.append(
            f"With {100 * real['mixing']:.3g} % of a {CORNERS[neighbour]} target mixed in, the "
            f"angle changes by {rise}° from a real corner (from an optimum it would rise), "
            f"{more}° more than from a random one (p\u00a0{_p(beyond['p_holm'])}); every "
            f"neighbour lies above at {share} % of {real['bases']:.0f} bases ({low} to {high} %)."
        )
    return " ".join(parts)


def optimum_table(optimum: pd.DataFrame) -> Table:
    """Rises around the corner, each with its error, test and share of optima."""
    rows = [
        [
            text(f"{CORNERS[row.corner]}, {CORNERS[row.neighbour]} neighbours, {row.mixing:g}"),
            cell(row.rise, plus_minus(row.rise, row.standard_error) + "°"),
            cell(row.p_holm, p_value(row.p_holm)),
            cell(row.optima, fixed(row.optima)),
            cell(row.low, f"{fixed(row.low)} to {fixed(row.high)}"),
            cell(row.bases, str(row.bases)),
        ]
        for row in optimum.itertuples()
    ]
    columns = ("corner, neighbours, mixed in", "rise", "p, Holm", "optima", "interval", "bases")
    return Table("Rise of the angle around the corner", columns, rows)


def layer_table(sizes: pd.DataFrame, pairs: pd.DataFrame) -> Table:
    """Sizes towards random and towards real activations, and δ, layer by layer."""
    rows = []
    for row in pairs.sort_values(["mode", "layer"]).itertuples():
        told = summary(sizes[sizes["layer"] == row.layer]).set_index(["mode", "kind"])
        kinds = [told.loc[(row.mode, kind)] for kind in (row.first, row.second)]
        unit = UNITS[row.mode]
        rows.append(
            [
                text(f"layer {row.layer}, {row.mode}"),
                *(
                    cell(k["mean"], plus_minus(k["mean"], k["standard_error"]) + unit)
                    for k in kinds
                ),
                cell(row.delta, fixed(row.delta)),
                cell(row.delta_low, f"{fixed(row.delta_low)} to {fixed(row.delta_high)}"),
                cell(row.delta_null, fixed(row.delta_null)),
            ]
        )
    first, second = (TITLES[pairs[side].iloc[0]] for side in ("first", "second"))
    columns = ("layer", first, second, "δ", "interval", "by chance")
    return Table("Sensitive directions by layer", columns, rows)


def _p(value: float) -> str:
    shown = p_value(value)
    return shown if shown.startswith("<") else f"= {shown}"
