"""How the estimates fared: statuses of every metric, R-hat and drift of the chains."""

import pandas as pd

from litmus.report.cells import Table, cell, text
from litmus.report.prose import count, fixed
from litmus.tables import STATUSES


def status_table(scores: pd.DataFrame, titles: dict[str, str]) -> Table:
    """Estimates by metric and status, every metric listed."""
    rows = []
    for metric in dict.fromkeys(scores["metric"]):
        counts = scores.loc[scores["metric"] == metric, "status"].value_counts()
        found = [int(counts.get(status, 0)) for status in STATUSES]
        rows.append([text(titles.get(metric, metric)), *(cell(n, count(n)) for n in found)])
    columns = ("measure", *(status.replace("_", " ") for status in STATUSES))
    return Table("Estimates by status; only ok ones enter any average", columns, rows)


def chain_table(health: pd.DataFrame, scores: pd.DataFrame, candidate: str) -> Table:
    """One row a group: statuses, R-hat's quantiles, the median drift.

    Args:
        health: the result of `figures.chains.summarise`.
        scores: the traced metric's rows in the SCORES contract.
        candidate: the group that is listed first.
    """
    groups = sorted(set(scores["group"]), key=lambda group: (group != candidate, group))
    rows = []
    for group in groups:
        counts = scores.loc[scores["group"] == group, "status"].value_counts()
        of_group = health[health["group"] == group]
        rhat = of_group["rhat"].astype(float).quantile([0.5, 0.9, 1.0])
        drift = of_group["drift"].astype(float).median()
        rows.append(
            [
                text(group),
                *(cell(int(counts.get(s, 0)), count(int(counts.get(s, 0)))) for s in STATUSES),
                *(cell(value, fixed(value)) for value in rhat),
                cell(drift, fixed(drift, 2)),
            ]
        )
    columns = (
        "group",
        *(status.replace("_", " ") for status in STATUSES),
        *("R-hat, median", "R-hat, 90 %", "R-hat, highest", "drift, median"),
    )
    return Table("The chains by group", columns, rows)
