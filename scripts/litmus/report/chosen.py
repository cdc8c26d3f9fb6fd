"""What a run chose, beside what a source says of how its values were made."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from litmus.report.cells import Table, text
from litmus.report.inputs import ReportInputs, frame
from litmus.report.prose import MISSING, number
from litmus.settings.published import Published

ALIKE, OTHERWISE = "alike", "otherwise"
Taken = Mapping[str, Mapping[str, float]]


def subject(settings: Mapping[str, Any]) -> str:
    """The run's subject in words."""
    model = settings.get("model", {})
    if model.get("source") == "hub":
        return str(model.get("name"))
    if model.get("source") == "local":
        return f"the model in {model.get('path')}"
    return "a model trained for this run"


def is_same(settings: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    """Whether the subject goes by one of `names`; a model on disk by that of its folder."""
    model = settings.get("model", {})
    name = {"hub": model.get("name"), "local": Path(model.get("path") or "").name}
    return name.get(model.get("source"), "") in names


def calibrated(inputs: ReportInputs) -> dict[str, dict[str, float]]:
    """The chains' settings that calibration took, by family."""
    taken = {}
    for family, (table, _) in inputs.calibrations.items():
        tried = frame(table)
        taken[family] = tried[tried["chosen"]].iloc[0].to_dict()
    return taken


def choice(key: str, settings: Mapping[str, Any], taken: Taken) -> str:
    """This run's value at the dotted `key`; what calibration found, where it looked for it."""
    *inside, last = key.split(".")
    block = lookup(settings, inside)
    searched = block.get("calibrate", []) if isinstance(block, Mapping) else []
    family = inside[-1] if inside else ""
    if last in searched and family in taken:
        return f"{number(taken[family][last])} (calibrated)"
    value = lookup(settings, [*inside, last])
    plain = spelled(value)
    return number(value) if isinstance(value, float) and "e" in plain else plain


def lookup(settings: Any, keys: list[str]) -> Any:
    """What lies at the path of `keys`, None where nothing does."""
    for key in keys:
        settings = settings.get(key) if isinstance(settings, Mapping) else None
    return settings


def spelled(value: Any) -> str:
    """A setting's value as a file of published values spells it."""
    if isinstance(value, list):
        return ", ".join(map(spelled, value)) or MISSING
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def condition_table(published: Published, settings: Mapping[str, Any]) -> Table:
    """How the published values were made, and whether this run is set alike."""
    rows = []
    for row in published.rows:
        if row.quantity == "condition":
            (key,) = row.choices
            here = spelled(lookup(settings, key.split(".")))
            alike = ALIKE if here in row.means else OTHERWISE
            told = f"{alike}; {row.note}" if row.note else alike
            rows.append([text(key), text(row.source), text(row.means[0]), text(here), text(told)])
    columns = ("setting", "source", "published", "here", "")
    return Table("How the published values were made, and how this run is set", columns, rows)
