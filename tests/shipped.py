"""The settings that are shipped, changed at will."""

from pathlib import Path
from typing import Any

import yaml

from litmus.settings import Settings, read

DEFAULT = Path(__file__).parents[1] / "config.yaml"
# Everything that asks for the dictionary by default, off.
WITHOUT_DICTIONARY = {
    "directions.candidate": "file",
    "directions.file": "mine.npy",
    "directions.controls": ["isotropic"],
    "metrics.weight_sensitivity.whole_dictionary": False,
    "plateaus.base_kinds": ["real", "random"],
    "plateaus.direction_kinds": ["random", "real_other"],
}


def settings(changes: dict[str, Any]) -> Settings:
    """The shipped config with other values at dotted paths."""
    config = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    for path, value in changes.items():
        *blocks, key = path.split(".")
        inner = config
        for block in blocks:
            inner = inner[block]
        inner[key] = value
    return read(config)
