"""The shipped config, changed at will, and what is said of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from litmus.errors import LitmusError
from litmus.settings import read

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository's folder, entered, for paths in a config are relative to it."""
    monkeypatch.chdir(ROOT)
    return ROOT


@pytest.fixture
def config(root: Path) -> dict:
    """The shipped config, fresh."""
    return yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def changed(config: dict) -> Callable[..., dict]:
    """The shipped config with other values at dotted paths."""

    def change(values: dict[str, Any]) -> dict:
        for path, value in values.items():
            *blocks, key = path.split(".")
            inner = config
            for block in blocks:
                inner = inner[block]
            inner[key] = value
        return config

    return change


@pytest.fixture
def problems() -> Callable[[Any], list[str]]:
    """The lines below the headline that a config is refused with; none where it is accepted."""

    def tell(config: Any) -> list[str]:
        try:
            read(config)
        except LitmusError as error:
            return [line.strip() for line in str(error).splitlines()[1:]]
        return []

    return tell
