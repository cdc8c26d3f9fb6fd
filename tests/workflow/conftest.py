"""One finished run of the tiny preset, made without a network, and private copies of it."""

from pathlib import Path

import pytest

from workflow.killing import Killed, kill_snakemake
from workflow.project import Project, checkout, clean_environment, copy

# Python runs this before anything else. An audit hook sees every socket, whoever opens it.
REFUSE = """
import os
import sys

LOCAL = {{"localhost", "127.0.0.1", "::1", os.uname().nodename, "", None}}
WATCHED = {{"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0,
           "socket.gethostbyname": 0}}


def refuse(event, arguments):
    if event not in WATCHED:
        return
    address = arguments[WATCHED[event]]
    if isinstance(address, (str, bytes)) and WATCHED[event] == 1:
        return  # a socket of this machine, named by a path
    host = address[0] if isinstance(address, tuple) else address
    if host not in LOCAL:
        with open({marker!r}, "a") as file:
            file.write(f"{{event}} {{address}} by {{sys.argv}}\\n")
        raise ConnectionRefusedError(f"the network is off in this test: {{address}}")


sys.addaudithook(refuse)
"""


@pytest.fixture(scope="session")
def lookups(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file to which every attempt to reach another machine is written."""
    return tmp_path_factory.mktemp("network") / "lookups.txt"


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory, lookups: Path) -> dict[str, str]:
    """An empty home, no offline switches, and every connection refused."""
    before = tmp_path_factory.mktemp("python")
    (before / "sitecustomize.py").write_text(REFUSE.format(marker=str(lookups)))
    return clean_environment(tmp_path_factory.mktemp("home"), before)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Project:
    """A finished run; to be read and copied, never altered."""
    project = checkout(tmp_path_factory.mktemp("finished") / "litmus", environment)
    project.make()
    return project


@pytest.fixture(scope="session")
def killed(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Killed:
    """A second run from scratch, in another folder: killed half-way, unlocked and finished."""
    project = checkout(tmp_path_factory.mktemp("killed") / "again", environment)
    return kill_snakemake(project)


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A private copy of the finished run."""
    return copy(finished, tmp_path / "litmus")


@pytest.fixture
def fresh(environment: dict[str, str], tmp_path: Path) -> Project:
    """A private copy of the project in which nothing has run."""
    return checkout(tmp_path / "litmus", environment)
