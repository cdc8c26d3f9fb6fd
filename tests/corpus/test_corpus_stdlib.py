"""The text that CPython ships."""

import sysconfig
from pathlib import Path

import pytest

from litmus.corpus import sources
from litmus.errors import LitmusError


@pytest.fixture(scope="module")
def documents():
    """All of it."""
    return sources.stdlib()


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A Python that ships what lies in this folder, and no topics."""
    monkeypatch.setattr(sysconfig, "get_paths", lambda: {"stdlib": str(tmp_path)})

    def no_topics(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(sources.importlib, "import_module", no_topics)
    return tmp_path


def test_twice_the_same(documents):
    """Nothing but the Python that runs decides it."""
    assert sources.stdlib() == documents


def test_sources_then_topics_each_sorted(documents):
    """And no name twice."""
    names = [document.name for document in documents]
    files = [name for name in names if name.endswith(".py")]
    topics = [name for name in names if name.startswith("topic:")]
    assert names == files + topics
    assert files == [p.as_posix() for p in sorted(map(Path, files))]
    assert topics == sorted(topics)
    assert len(set(names)) == len(names)


def test_reference_text_and_sources_are_in_it(documents):
    """A chapter of the language reference, and a module as it is on disk."""
    texts = dict(documents)
    assert "lambda" in texts["topic:lambda"]
    root = Path(sysconfig.get_paths()["stdlib"])
    assert texts["json/decoder.py"] == (root / "json" / "decoder.py").read_text(encoding="utf-8")


def test_neither_tests_nor_installed_packages_are_in_it(documents):
    """Tests repeat themselves, packages differ between machines."""
    for name, _ in documents:
        assert sources.SKIPPED_FOLDERS.isdisjoint(name.split("/"))


def test_skipped_folders_and_other_encodings(shipped):
    """By hand: 100 sources, one in Latin-1, one in site-packages."""
    for i in range(100):
        (shipped / f"m{i:03d}.py").write_text(f"x = {i}\n")
    (shipped / "latin.py").write_bytes(b"# caf\xe9\n")
    (shipped / "site-packages").mkdir()
    (shipped / "site-packages" / "other.py").write_text("y = 1\n")
    assert [name for name, _ in sources.stdlib()] == [f"m{i:03d}.py" for i in range(100)]


def test_a_stripped_python_is_one_sentence(shipped):
    """It says how little there is and what to set instead."""
    (shipped / "only.py").write_text("x = 1\n")
    with pytest.raises(LitmusError, match=r"corpus\.source.*only 1 source files.*corpus\.paths"):
        sources.stdlib()
