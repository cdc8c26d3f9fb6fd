"""What all blocks of the config share: closed, frozen, strict, and without defaults."""

import re
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")


class Block(BaseModel):
    """A block of `config.yaml`, the single place of defaults: every key must be there."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


class Words(NamedTuple):
    """What a key accepts, where its type and limits cannot tell."""

    valid: str


def number(value: Any) -> Any:
    """`value`, as a float where it is a number that YAML took for text: `1e-3`, without a dot."""
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        return float(value)
    return value


Number = Annotated[float, BeforeValidator(number)]
Text = Annotated[str, Field(min_length=1)]
