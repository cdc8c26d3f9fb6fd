"""SAELens's list of published dictionaries, against SAELens's own reading of it."""

import subprocess
import sys

import pytest
from sae_lens.loading.pretrained_saes_directory import get_pretrained_saes_directory

from litmus.dictionary import registry
from litmus.errors import LitmusError

GPT2 = "gpt2-small-res-jb"


def test_it_is_what_saelens_reads():
    """Every release and every id, in their order."""
    theirs = {name: list(one.saes_map) for name, one in get_pretrained_saes_directory().items()}
    assert registry.releases() == theirs


def test_it_needs_neither_saelens_nor_torch():
    """The workflow asks before it starts."""
    code = (
        "import sys; sys.path.insert(0, 'scripts'); from litmus.dictionary import registry; "
        f"registry.check({GPT2!r}, 'blocks.9.hook_resid_pre'); "
        "print(*{'torch', 'sae_lens', 'numpy', 'yaml'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def test_a_release_that_is_not_there_comes_with_the_nearest():
    """As a slip of the pen would have it."""
    with pytest.raises(LitmusError) as caught:
        registry.check("gpt2-small-resjb", "blocks.9.hook_resid_pre")
    assert "dictionary.release: found 'gpt2-small-resjb'" in str(caught.value)
    assert GPT2 in str(caught.value).partition("nearest:")[2]


def test_an_id_that_is_not_there_comes_with_the_nearest():
    """Those of its release."""
    with pytest.raises(LitmusError) as caught:
        registry.check(GPT2, "blocks.9.hook_resid_prr")
    told = str(caught.value)
    assert told.startswith("dictionary.id: found 'blocks.9.hook_resid_prr', which is not in")
    assert "blocks.9.hook_resid_pre" in told


def test_a_repository_of_the_hub_may_hold_anything():
    """What SAELens does not list, the hub may have."""
    registry.check("someone/some-dictionaries", "layer_3")


def test_without_saelens_nothing_is_refused(monkeypatch):
    """The job that loads it will tell."""
    monkeypatch.setattr(registry, "find_spec", lambda name: None)
    registry.check("no such release", "no such id")
