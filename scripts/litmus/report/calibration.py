"""How the chains' settings were found: what was tried, what is taken, what it means."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from litmus.figures.calibration import KINDS
from litmus.figures.inline import inline
from litmus.report.cells import Cell, Table, cell, text
from litmus.report.prose import count, duration, fixed, listed, number, plural

BEST = 8  # rows that are shown at once
SYMBOLS = {"learning_rate": "ε", "n_beta": "nβ", "localization": "γ"}


def section(
    family: str,
    tried: pd.DataFrame,
    title: str,
    block: Mapping[str, Any],
    scored: Iterable[str],
    figure: str | Path,
    benchmarks: str | Path,
    jobs: Sequence[str],
) -> dict[str, Any]:
    """What `sections/calibration.html` shows of one family.

    Args:
        family: `llc_functional`.
        tried: `calibration/<family>.parquet`.
        title: of the family.
        block: the config's `metrics.<family>`.
        scored: ids of the dictionary's rows that are scored, `sae/00017`.
        figure: `figures/<family>_calibration.svg`.
        benchmarks: the run's folder of benchmark files, any of which may be missing.
        jobs: names of all the run's jobs; those of `calibration/<family>/` are read.
    """
    seconds = _seconds(
        Path(benchmarks), [j for j in jobs if j.startswith(f"calibration/{family}/")]
    )
    pace = _steps(tried, block) / seconds if seconds else None
    ordered = tried.sort_values(["chosen", "passed", "merit"], ascending=False, kind="stable")
    return {
        "title": title,
        "passed": bool(tried["passed"].any()),
        "searched": searched(tried, block),
        "outcome": outcome(tried, block),
        "meaning": meaning(tried),
        "seen": seen(tried, scored),
        "cost": cost(tried, block, seconds),
        "figure": Markup(inline(figure)),
        "best": table(ordered.head(BEST), pace, f"{title}: the settings that fared best"),
        "all": table(ordered, pace, f"{title}: every setting tried"),
    }


def searched(tried: pd.DataFrame, block: Mapping[str, Any]) -> str:
    """What was searched for, between which limits and on what."""
    limits, free = block["calibration"], [name for name in SYMBOLS if name in block["calibrate"]]
    ranges = [
        f"{SYMBOLS[name]} from {number(limits[name][0])} to {number(limits[name][1])}"
        for name in free
    ]
    held = [f"{SYMBOLS[n]} = {number(block[n])}" for n in SYMBOLS if n not in free]
    fixed_words = f" {listed(held)} stayed as set." if held else ""
    return (
        f"{plural(len(tried), 'setting')} drawn log-uniformly, {listed(ranges)}, each run on "
        f"{limits['directions']} directions.{fixed_words}"
    )


def outcome(tried: pd.DataFrame, block: Mapping[str, Any]) -> str:
    """Which setting is taken, and whether it passed."""
    taken = _taken(tried)
    free = [name for name in SYMBOLS if name in block["calibrate"]]
    values = listed([f"{SYMBOLS[name]} = {number(taken[name])}" for name in free])
    if taken["passed"]:
        passed = int(tried["passed"].sum())
        return f"Taken is {values}, of {count(passed)} that passed every criterion."
    return (
        f"No setting passed every criterion. Taken is the least bad, {values}, which is "
        f"{KINDS[taken['reason']].words}: what follows from its chains is not to be relied on. "
        "Widen the limits, or give the chains more steps."
    )


def meaning(tried: pd.DataFrame) -> str:
    """What the taken setting's information says, in a sentence."""
    taken = _taken(tried)
    share, error = taken["information"], taken["information_error"]
    if not (pd.notna(share) and pd.notna(error)):
        return "Its chains gave no loss to compare."
    amount = f"{number(100 * abs(share), 2)} % (standard error {number(100 * error, 1)} %)"
    if share > 2 * error:
        closing = (
            "so λ̂ is close to a sensitivity to noise on the weights"
            if share < 0.1
            else "so the data shape λ̂ beside the pull"
            if share < 0.5
            else "so the data shape λ̂ more than the pull does"
        )
        return f"There the loss lies {amount} below what the pull alone gives, {closing}."
    if share < -error:
        return (
            f"There the loss lies {amount} above what the pull alone gives: minibatch noise or the "
            "step size heats the chains."
        )
    return (
        "There the loss cannot be told from what the pull alone gives: λ̂ is a sensitivity to noise "
        "on the weights."
    )


def cost(tried: pd.DataFrame, block: Mapping[str, Any], seconds: float) -> str:
    """How many steps were taken, and in how long."""
    steps = f"{count(_steps(tried, block))} steps of chains and as many of blind ones"
    if not seconds:
        return f"It took {steps}."
    return f"It took {duration(seconds)} of computing time for {steps}."


def seen(tried: pd.DataFrame, scored: Iterable[str]) -> str:
    """Nothing, or how many of the scored rows calibration has seen."""
    first = int(tried["first_row"].iloc[0])
    both = sum(int(name.rpartition("/")[2]) >= first for name in set(scored))
    if not both:
        return ""
    return (
        f"{plural(both, 'scored direction')} of the dictionary served calibration too, for so few "
        "of its rows are live: lower directions.count, or train a larger dictionary."
    )


def table(rows: pd.DataFrame, pace: float | None, caption: str) -> Table:
    """One row a setting. `pace`: steps of chains a second, from all of them, for all cost alike."""
    columns = (
        *("setting", "ε", "nβ", "γ", "verdict", "ok", "R-hat, highest", "drift"),
        *("information", "±", "step", "ESS a step"),
        *(("ESS a second",) if pace else ()),
    )
    return Table(caption, columns, [_row(row, pace) for _, row in rows.iterrows()])


def _row(row: pd.Series, pace: float | None) -> list[Cell]:
    verdict = KINDS[row["reason"]].words + (", taken" if row["chosen"] else "")
    cells = [
        cell(row["setting"], count(row["setting"])),
        *(cell(row[name], number(row[name])) for name in SYMBOLS),
        text(verdict),
        cell(row["converged"], f"{count(row['converged'])} of {count(row['directions'])}"),
        cell(row["rhat"], fixed(row["rhat"], 2)),
        cell(row["drift"], fixed(row["drift"], 2)),
        cell(row["information"], fixed(row["information"])),
        cell(row["information_error"], fixed(row["information_error"])),
        cell(row["step"], number(row["step"], 2)),
        cell(row["ess_per_step"], fixed(row["ess_per_step"], 2)),
    ]
    if pace:
        rate = row["ess_per_step"] * pace
        cells.append(cell(rate, number(rate)))
    return cells


def _taken(tried: pd.DataFrame) -> pd.Series:
    return tried[tried["chosen"]].iloc[0]


def _steps(tried: pd.DataFrame, block: Mapping[str, Any]) -> int:
    chains = block["calibration"]["directions"] * block["chains"]
    return len(tried) * chains * block["steps"]


def _seconds(folder: Path, jobs: Sequence[str]) -> float:
    """Of the jobs whose benchmark files can be understood; 0 where there is none."""
    total = 0.0
    for name in jobs:
        try:
            with Path(folder, f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
                total += sum(float(row["s"]) for row in csv.DictReader(lines, delimiter="\t"))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return total
