"""From the merged config to settings, or to one message that tells every mistake."""

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

import litmus.settings.ablation_checks
import litmus.settings.corpus_checks
import litmus.settings.dictionary_checks
import litmus.settings.directions_checks
import litmus.settings.llc_checks
import litmus.settings.plateau_checks
import litmus.settings.report_checks  # noqa: F401 - their import registers their checks
from litmus.errors import LitmusError
from litmus.settings.block import number
from litmus.settings.checks import CHECKS
from litmus.settings.settings import Settings
from litmus.settings.subject_checks import in_place
from litmus.settings.wording import found, is_block, unknown, valid

Path = tuple[str, ...]


def read(config: dict[str, Any]) -> Settings:
    """The settings that `config`, as merged by Snakemake, spells out.

    Raises:
        LitmusError: a key is unknown, missing or invalid, or two do not fit; tells all of these.
    """
    errors: list[ErrorDetails] = []
    try:
        settings = Settings.model_validate(config)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    wrong = {_path(error) for error in errors}
    values = in_place(dict(_values(config, Settings, wrong)))
    problems = [_sentence(error) for error in errors]
    for check in CHECKS:
        if values.keys() >= set(check.keys):
            arguments = [values[key] for key in check.keys]
            if meant := check.judge(*arguments):
                problems.append(found(check.keys[0], arguments[0], meant))
    if not errors:
        problems += _verdict_out_of_reach(settings)
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise LitmusError("\n  ".join([f"config: {count}, nothing was run", *problems]))
    return settings


def _verdict_out_of_reach(settings: Settings) -> list[str]:
    least, comparisons = settings.fewest_permutations()
    asked = settings.separation.permutations
    if asked >= least:
        return []
    meant = f"at least {least}, or no p of {comparisons} comparisons could be significant"
    return [found("separation.permutations", asked, meant)]


def _path(error: ErrorDetails) -> Path:
    """Where `error` is, up to the key: the place in a list is told by the value found."""
    return tuple(takewhile(lambda part: isinstance(part, str), error["loc"]))


def _sentence(error: ErrorDetails) -> str:
    if error["type"] in ("extra_forbidden", "invalid_key"):
        return unknown(tuple(map(str, error["loc"])), Settings)
    path = _path(error)
    annotation: Any = Settings
    metadata: list[Any] = []
    for name in path:
        field = annotation.model_fields[name]
        annotation, metadata = field.annotation, field.metadata
    if len(error["loc"]) > len(path):  # an item of a list
        (annotation,), metadata = annotation.__args__, []
    name, meant = ".".join(path) or "config", valid(annotation, metadata)
    if error["type"] == "missing":
        return f"{name} is missing; valid: {meant}"
    return found(name, error["input"], meant)


def _values(
    block: Any, model: type[BaseModel], wrong: set[Path], inside: Path = ()
) -> Iterator[tuple[str, Any]]:
    """The keys of `block` that are valid by themselves, dotted, with their values."""
    for name, field in model.model_fields.items():
        path = (*inside, name)
        if inside in wrong or path in wrong:
            continue
        if is_block(field.annotation):
            yield from _values(block[name], field.annotation, wrong, path)
        else:
            yield ".".join(path), number(block[name]) if field.annotation is float else block[name]
