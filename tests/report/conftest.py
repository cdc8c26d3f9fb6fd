"""One synthetic run and its page, made once for all tests of the report."""

from pathlib import Path

import pytest

import synthetic_run
from litmus.report import page

TEMPLATES = Path(__file__).parents[2] / "report"


@pytest.fixture(scope="session")
def templates():
    """The folder of the template."""
    return TEMPLATES


@pytest.fixture(scope="session")
def inputs(tmp_path_factory):
    """A whole run on disk."""
    return synthetic_run.run(tmp_path_factory.mktemp("results"), n=32)


@pytest.fixture(scope="session")
def html(inputs):
    """Its page."""
    return page.build(inputs, TEMPLATES)
