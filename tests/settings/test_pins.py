"""One list of exact versions, told to pip and to conda."""

import re
from pathlib import Path

import pytest
import yaml

ENVS = Path(__file__).parents[2] / "envs"
LINES = (ENVS / "requirements.txt").read_text(encoding="utf-8").splitlines()
PINS = [line for line in LINES if line and not line.startswith("#")]
CONDA = yaml.safe_load((ENVS / "litmus.yaml").read_text(encoding="utf-8"))
BELOW_PIP = next(item["pip"] for item in CONDA["dependencies"] if isinstance(item, dict))


@pytest.mark.parametrize("line", PINS)
def test_a_pin_is_exact(line):
    """A name, a version, perhaps why: no ranges, options or addresses."""
    assert re.fullmatch(r"[A-Za-z][\w-]*==\d[\w.]*( # \S.*)?", line)


def test_conda_installs_what_pip_installs():
    """The two files carry the same pins in the same order."""
    assert [line.split(" #")[0] for line in PINS] == BELOW_PIP


def test_nothing_is_pinned_twice():
    """Two versions of a library would leave the choice to the installer."""
    names = [line.split("==")[0].lower() for line in PINS]
    assert len(set(names)) == len(names)
