"""The tables of the validation page."""

import pandas as pd

from litmus.report.cells import Cell, Table, cell, text
from litmus.report.prose import count, fixed, number, plus_minus


def quadratic_table(quadratic: pd.DataFrame) -> Table:
    """Each quadratic: the exact value, the estimate and how many standard errors lie between."""
    found = [
        [
            text(row.case),
            cell(row.truth, fixed(row.truth, 2)),
            _estimate(row),
            _off(row),
            _verdict(row),
            _number(row.rhat, 3),
        ]
        for row in quadratic.itertuples()
    ]
    columns = ("quadratic", "exact", "estimate", "off, in s.e.", "passed", "R-hat")
    return Table("Quadratics of 400 dimensions: nβ·E[L], exact and estimated", columns, found)


def network_table(networks: pd.DataFrame, caption: str) -> Table:
    """Each row: λ, what this nβ predicts, the estimate, its error and what it is held against."""
    found = [
        [
            text(row.case),
            cell(row.truth, f"{row.truth:g}"),
            _estimate(row),
            _number(100 * (row.estimate / row.truth - 1), 1),
            _verdict(row),
            text(row.criterion),
            cell(row.n_beta, number(row.n_beta)),
            _number(row.predicted, 2),
            cell(row.multiplicity, count(row.multiplicity)),
            cell(row.parameters, count(row.parameters)),
            _number(row.rhat, 3),
        ]
        for row in networks.itertuples()
    ]
    columns = (
        *("widths, rank", "λ", "λ̂", "error, %", "passed", "held to", "nβ", "predicted at nβ"),
        *("m", "parameters", "R-hat"),
    )
    return Table(caption, columns, found, searchable=len(found) > 20)


def _number(value: float, digits: int) -> Cell:
    return cell(value, fixed(value, digits))


def _off(row: tuple) -> Cell:
    off = (row.estimate - row.truth) / row.standard_error
    return cell(off, number(off, 2))


def _estimate(row: tuple) -> Cell:
    return cell(row.estimate, plus_minus(row.estimate, row.standard_error))


def _verdict(row: tuple) -> Cell:
    status = "" if row.status == "ok" else f" ({row.status.replace('_', ' ')})"
    return text(("yes" if row.passed else "no") + status)
