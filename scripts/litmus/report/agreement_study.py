"""The study's part of the section: does the ranking carry over layers, features and chains?"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from litmus.report.cells import Table, cell, text
from litmus.report.prose import count, fixed, listed
from litmus.study.summary import CELL, DEAR, converged


class Study(NamedTuple):
    """Its tables."""

    rows: pd.DataFrame
    """`study.parquet`."""
    ranking: pd.DataFrame
    """`study_ranking.parquet`."""
    deltas: pd.DataFrame
    """`study_delta.parquet`."""


def study_part(study: Study, carries: float) -> dict[str, Any]:
    """What the template shows of the study.

    Args:
        study: its tables.
        carries: the ρ above which a ranking is carried.
    """
    health = health_table(study)
    return {
        "statements": statements(study, carries),
        "health": health,
        "main": table(study, main(study), "The study, cell by cell"),
        "full": table(
            study, sorted(study.ranking["cheap"].unique()), "Every measure, cell by cell"
        ),
    }


def main(study: Study) -> list[str]:
    """The middle scale of the sensitivities, and the others."""
    cheap = list(dict.fromkeys(study.ranking["cheap"]))
    scales = [name for name in cheap if name.startswith("weight_sensitivity")]
    return scales[len(scales) // 2 :][:1] + [name for name in cheap if name not in scales]


def statements(study: Study, carries: float) -> list[str]:
    """For each regime and measure, in how many cells the ranking is carried."""
    told = []
    for regime in study.ranking["regime"].unique():
        for cheap in main(study):
            for scope, where in (("all", "over all directions"), ("within", "within groups")):
                rows = study.ranking[
                    (study.ranking["regime"] == regime)
                    & (study.ranking["cheap"] == cheap)
                    & (study.ranking["scope"] == scope)
                    & (study.ranking["directions"] == "ok")
                ]
                if len(rows):
                    told.append(
                        f"{_name(cheap)}, {regime} chains, {where}: {_counted(rows, carries)}"
                    )
    return told


def _counted(rows: pd.DataFrame, carries: float) -> str:
    known = rows.dropna(subset=["corrected_low"])
    above = known[known["corrected_low"] > carries]
    below = known[known["corrected_high"] < carries]
    told = (
        f"carried in {len(above)} of {len(rows)} cells, not in {len(below)}, "
        f"open in {len(known) - len(above) - len(below)}"
    )
    if len(known) < len(rows):
        told += f", too few directions in {len(rows) - len(known)}"
    if len(below):
        named = [
            f"{_cell(row)} ({fixed(row['corrected'], 2)}, {fixed(row['corrected_low'], 2)} to "
            f"{fixed(row['corrected_high'], 2)})"
            for _, row in below.iterrows()
        ]
        told += f". Not: {listed(named)}"
    return told + "."


def health_table(study: Study) -> Table:
    """One row a cell: the statuses of λ̂, and its chains."""
    rows = []
    statuses = [s for s in ("ok", "not_converged", "diverged", "dead") if _any(study.rows, s)]
    own = study.rows[study.rows["metric"] == DEAR]
    for told in converged(study.rows):
        here = np.logical_and.reduce([own[key] == told[key] for key in CELL])
        chains = own[here]
        rows.append(
            [
                text(_cell(told)),
                text(told["regime"]),
                *(cell(told.get(s, 0), count(told.get(s, 0))) for s in statuses),
                cell(chains["rhat"].max(), fixed(chains["rhat"].max(), 2)),
                cell(chains["ess"].median(), count(chains["ess"].median())),
                cell(chains["stiffness"].median(), fixed(chains["stiffness"].median(), 2)),
            ]
        )
    columns = (
        *("cell", "chains", *(s.replace("_", " ") for s in statuses)),
        *("highest R-hat", "median effective draws", "median stiffness"),
    )
    return Table("Directions by the worst status over seeds", columns, rows)


def table(study: Study, measures: Sequence[str], caption: str) -> Table:
    """One row a cell and measure."""
    columns = (
        *("cell", "chains", "measure", "n", "ρ", "ρ without the chains’ noise"),
        *("ρ without either’s", "within groups, without the chains’ noise"),
        *("ρ with what did not converge", "n of that", "δ of λ̂ less the measure’s"),
    )
    keys = [*CELL, "cheap"]
    of = study.ranking.set_index([*keys, "directions", "scope"]).sort_index()
    rows = []
    for key in study.ranking[keys].drop_duplicates().itertuples(index=False, name=None):
        if key[-1] not in measures:
            continue
        whole, within, every = (
            of.loc[(*key, *which)] if (*key, *which) in of.index else None
            for which in (("ok", "all"), ("ok", "within"), ("all", "all"))
        )
        here = np.logical_and.reduce(
            [study.deltas[name] == value for name, value in zip(keys, key, strict=True)]
        )
        told = dict(zip(keys, key, strict=True))
        rows.append(
            [
                text(_cell(told)),
                text(told["regime"]),
                text(_name(told["cheap"])),
                cell(whole["n"], count(whole["n"])),
                _estimated(whole, "rho"),
                _estimated(whole, "corrected"),
                _estimated(whole, "both"),
                text(None) if within is None else _estimated(within, "corrected"),
                _estimated(every, "rho"),
                cell(every["n"], count(every["n"])),
                text(_differences(study.deltas[here & (study.deltas["directions"] == "ok")])),
            ]
        )
    return Table(caption, columns, rows, searchable=True)


def _differences(rows: pd.DataFrame) -> str | None:
    known = rows.dropna(subset=["difference_low"])
    parts = [
        f"{r.candidate} against {r.control}: {fixed(r.difference, 2)} "
        f"({fixed(r.difference_low, 2)} to {fixed(r.difference_high, 2)})"
        for r in known.itertuples()
    ]
    return "; ".join(parts) or None


def _estimated(row: pd.Series, name: str) -> Any:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if pd.isna(low):
        return text(None)
    return cell(row[name], f"{fixed(row[name], 2)} ({fixed(low, 2)} to {fixed(high, 2)})")


def _any(rows: pd.DataFrame, status: str) -> bool:
    return bool(((rows["metric"] == DEAR) & (rows["status"] == status)).any())


def _cell(row: Any) -> str:
    at = "" if row["nonlinearity"] == "none" else f", {row['threshold']:g}σ"
    form = "linear" if row["nonlinearity"] == "none" else row["nonlinearity"]
    return f"layer {row['layer']}, {form}{at}"


def _name(metric: str) -> str:
    if metric.startswith("weight_sensitivity_"):
        return f"Weight sensitivity, σ = {metric.rpartition('_')[2]}"
    return "Quadratic LLC" if metric == "llc_quadratic" else metric
