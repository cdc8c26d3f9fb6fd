"""A table of published values: `report/published/README.md` says what its columns hold."""

import csv
import math
import re
from pathlib import Path
from typing import NamedTuple

from litmus.errors import LitmusError

COLUMNS = (
    *("source", "quantity", "metric", "group", "control", "value", "uncertainty", "n"),
    *("unit", "setting", "choice", "note"),
)
# What a row of each quantity must fill in, besides its value.
NEEDED = {
    "mean": ("metric", "group"),
    "std": ("metric", "group"),
    "delta": ("metric", "group", "control"),
    "pearson": ("metric", "group"),
    "pearson_below_median": ("metric", "group"),
    "plateau_size": ("metric", "group"),
    "condition": ("choice",),
}
# How a metric's name must be built, where it is not simply a metric's.
FORMS = {
    "pearson": (r"\S+ ~ \S+", "two metrics joined by ' ~ '"),
    "pearson_below_median": (r"\S+ ~ \S+", "two metrics joined by ' ~ '"),
    "plateau_size": (r"\w+/\w+", "experiment/mode, such as bases/sphere"),
}
# The least value of each number, and what is said of another.
LIMITS = {
    "value": (-math.inf, "a number"),
    "uncertainty": (0, "a number > 0, or nothing"),
    "n": (2, "a number ≥ 2, or nothing"),
}
SUBJECT = re.compile(r"#\s*subject:\s*(\S.*)")
ALTERNATIVE = re.compile(r"\s*\|\s*")


class Row(NamedTuple):
    """One published value; a number that is not there is NaN, a word that is not there empty."""

    source: str
    quantity: str
    metric: str
    group: str
    control: str
    value: float
    uncertainty: float
    n: float
    unit: str
    setting: str
    choices: tuple[str, ...]
    note: str
    means: tuple[str, ...]
    """The setting's values that a condition accepts."""


class Published(NamedTuple):
    """Published values, and the names of the model that they are of."""

    subject: tuple[str, ...]
    rows: tuple[Row, ...]


def read(path: str | Path) -> Published:
    """The table at `path`.

    Raises:
        LitmusError: it cannot be read, names no subject, or a line does not hold what it should.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").removeprefix("\ufeff").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LitmusError(f"{path}: could not be read as text in UTF-8 ({error})") from error
    named = [found[1] for found in map(SUBJECT.match, lines) if found]
    if len(named) != 1:
        raise LitmusError(
            f"{path}: found {len(named)} lines '# subject: …', expected one, with the names of the "
            "model that the values are of"
        )
    places = [i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")]
    head, *body = [lines[i] for i in places] or [""]
    columns = next(csv.reader([head]))
    if sorted(columns) != sorted(COLUMNS):
        raise LitmusError(
            f"{path}: has the columns {', '.join(columns)}; expected {', '.join(COLUMNS)}"
        )
    rows = []
    for place, line in zip(places[1:], body, strict=True):
        values = next(csv.reader([line]))
        where = f"{path}, line {place + 1}"
        if len(values) != len(columns):
            raise LitmusError(f"{where}: has {len(values)} values, expected {len(columns)}")
        rows.append(_row(dict(zip(columns, map(str.strip, values), strict=True)), where))
    return Published(tuple(ALTERNATIVE.split(named[0].strip())), tuple(rows))


def _row(cells: dict[str, str], where: str) -> Row:
    quantity = cells["quantity"]
    if quantity not in NEEDED:
        raise LitmusError(f"{where}: quantity is {quantity!r}; valid: {', '.join(NEEDED)}")
    for name in ("source", "value", *NEEDED[quantity]):
        if not cells[name]:
            raise LitmusError(f"{where}: {name} is empty, and a {quantity} needs it")
    pattern, meant = FORMS.get(quantity, (r"\S*", "one name"))
    if not re.fullmatch(pattern, cells["metric"]):
        raise LitmusError(f"{where}: metric is {cells['metric']!r}; a {quantity} needs {meant}")
    choices = tuple(cells["choice"].split())
    condition = quantity == "condition"
    if condition and len(choices) > 1:
        raise LitmusError(f"{where}: choice names {len(choices)} keys; a condition is about one")
    return Row(
        **{
            name: cells[name]
            for name in ("source", "quantity", "metric", "group", "control", "unit", "setting")
        },
        value=math.nan if condition else _number(cells, "value", where),
        uncertainty=_number(cells, "uncertainty", where),
        n=_number(cells, "n", where),
        choices=choices,
        note=cells["note"],
        means=tuple(ALTERNATIVE.split(cells["value"])) if condition else (),
    )


def _number(cells: dict[str, str], name: str, where: str) -> float:
    """The number in a cell, NaN in an empty one."""
    if not cells[name]:
        return math.nan
    try:
        value = float(cells[name])
    except ValueError:
        value = math.nan
    least, valid = LIMITS[name]
    if not math.isfinite(value) or value < least or (name == "uncertainty" and value == 0):
        raise LitmusError(f"{where}: {name} is {cells[name]!r}; valid: {valid}")
    return value
