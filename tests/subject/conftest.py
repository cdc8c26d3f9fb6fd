"""A small model as TransformerLens stores its own, where two files of tests want it."""

import pytest

import tiny_own_format as own


@pytest.fixture
def snapshot(tmp_path, monkeypatch):
    """The small model's folder in a cache that also has its tokenizer; the hub is not asked."""
    own.only_cache(tmp_path, monkeypatch)
    return own.in_cache(tmp_path)


@pytest.fixture
def folder(tmp_path):
    """The small model in a folder of the user's, the tokenizer beside it."""
    own.put(tmp_path)
    own.speak(tmp_path)
    return tmp_path
