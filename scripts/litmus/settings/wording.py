"""Sentences about what is wrong in a config, and what would be valid there."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MinLen
from pydantic import BaseModel

from litmus.settings.block import Words

SIGNS = {Ge: ("ge", "≥"), Gt: ("gt", ">"), Le: ("le", "≤"), Lt: ("lt", "<")}
NOUNS = {bool: "true or false", int: "a whole number", float: "a number", NoneType: "null"}
LONGEST = 60  # characters of a found value that are shown


def is_block(annotation: Any) -> bool:
    """Whether a key of this type holds keys of its own."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def keys(model: type[BaseModel], inside: str = "") -> Iterator[str]:
    """Dotted paths of all keys and blocks of `model`, in order."""
    for name, field in model.model_fields.items():
        yield inside + name
        if is_block(field.annotation):
            yield from keys(field.annotation, f"{inside}{name}.")


def shown(value: Any) -> str:
    """`value` as YAML spells it, cut where it is long."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def listed(names: Iterable[object], last: str = "or") -> str:
    """Names with commas between them and a word before the last."""
    *others, final = map(str, names)
    return f"{', '.join(others)} {last} {final}" if others else final


def valid(annotation: Any, metadata: Sequence[Any] = ()) -> str:
    """What a key of this type and these limits accepts."""
    for item in metadata:
        if isinstance(item, Words):
            return item.valid
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return valid(inner[0], inner[1:])
    if origin is Literal:
        return listed(inner)
    if origin in (Union, UnionType):
        return listed(map(valid, sorted(inner, key=lambda one: one is not NoneType)))
    if origin is list:
        size = "non-empty list" if any(isinstance(i, MinLen) for i in metadata) else "list"
        return f"a {size}, each item {valid(inner[0])}"
    if is_block(annotation):
        return f"a block with the keys {listed(annotation.model_fields, 'and')}"
    if annotation is str:
        return "text that is not empty"
    return NOUNS[annotation] + _limits(metadata)


def _limits(metadata: Sequence[Any]) -> str:
    limits = {type(item): item for item in metadata}
    if Ge in limits and Le in limits:
        return f" from {limits[Ge].ge} to {limits[Le].le}"
    signs = [
        f"{s} {getattr(limits[kind], at)}" for kind, (at, s) in SIGNS.items() if kind in limits
    ]
    return f" {listed(signs, 'and')}" if signs else ""


def found(path: str, value: Any, meant: str) -> str:
    """That `value` at `path` is not what is meant there."""
    return f"{path}: found {shown(value)}; valid: {meant}"


def unknown(path: tuple[str, ...], root: type[BaseModel]) -> str:
    """That there is no key `path` in `root`, and the key that may be meant."""
    *inside, name = path
    every = [tuple(key.split(".")) for key in keys(root)]
    here = [key[-1] for key in every if list(key[:-1]) == inside]
    told = f"{'.'.join(path)}: unknown key; "
    if tuple(name.split(".")) in every:
        return told + "a dot makes no block, nest the keys instead"
    if near := difflib.get_close_matches(name, here, n=1):
        return told + f"did you mean {'.'.join([*inside, *near])}?"
    last = {key[-1] for key in every}
    elsewhere = [name] if name in last else difflib.get_close_matches(name, last, n=1)
    if there := [".".join(key) for key in every if key[-1] in elsewhere]:
        return told + f"there is {listed(there, 'and')}"
    return told + f"valid: {listed(here)}"
