"""Of a dictionary that others trained, whether it is looked for."""

import pytest

from litmus.dictionary import pretrained
from litmus.preflight import checks
from shipped import WITHOUT_DICTIONARY, settings

HUB = {
    "dictionary.source": "hub",
    "dictionary.release": "gpt2-small-res-jb",
    "dictionary.id": "blocks.2.hook_resid_pre",
}


@pytest.fixture
def asked(monkeypatch):
    """Which dictionaries of the hub were asked for."""
    found = []

    def record_of(release, identity):
        found.append((release, identity))
        return {"metadata": {"hook_name": "blocks.2.hook_resid_pre"}, "d_in": 64}

    monkeypatch.setattr(pretrained, "record_of", record_of)
    return found


def test_one_that_is_used_is_looked_for(asked):
    """By its release and id."""
    checks.dictionary(settings(HUB), None)
    assert asked == [("gpt2-small-res-jb", "blocks.2.hook_resid_pre")]


def test_one_that_nothing_uses_is_not_looked_for(asked):
    """A run without it needs neither the network nor the files."""
    checks.dictionary(settings(HUB | WITHOUT_DICTIONARY), None)
    assert asked == []
