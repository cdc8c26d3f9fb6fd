"""Whether a run needs a dictionary at all."""

import pytest

from shipped import WITHOUT_DICTIONARY, settings

LATENT = {"metrics.llc_functional.feature": "latent", "metrics.llc_functional.enabled": True}
STUDY = {"study.enabled": True, "study.groups": ["sae", "isotropic"], "study.layers": [2]}
ASKING = {
    "candidate": {"directions.candidate": "sae", "directions.file": None},
    "control": {"directions.controls": ["isotropic", "sae"]},
    "whole": {"metrics.weight_sensitivity.whole_dictionary": True},
    "latent": LATENT,
    "bases": {"plateaus.base_kinds": ["real", "sae_removed"]},
    "directions": {"plateaus.direction_kinds": ["random", "sae_any_minus"]},
    "study": STUDY,
}
NOT_ASKING = {
    "nothing": {},
    "metric off": {
        "metrics.weight_sensitivity.whole_dictionary": True,
        "metrics.weight_sensitivity.enabled": False,
    },
    "plateaus off": {"plateaus.base_kinds": ["real", "sae_added"], "plateaus.enabled": False},
    "study off": STUDY | {"study.enabled": False},
    "study elsewhere": STUDY | {"study.layers": [1, 3]},
    "study of controls": STUDY | {"study.groups": ["isotropic", "covariance"]},
}


@pytest.mark.parametrize("changes", ASKING.values(), ids=ASKING)
def test_one_thing_that_asks_for_it_is_enough(changes):
    """And so it is trained, where it is not one of others."""
    found = settings(WITHOUT_DICTIONARY | changes)
    assert found.uses_dictionary() and found.trains_dictionary()


@pytest.mark.parametrize("changes", NOT_ASKING.values(), ids=NOT_ASKING)
def test_what_is_off_or_elsewhere_does_not_ask(changes):
    """So none is trained, though `dictionary` says how."""
    found = settings(WITHOUT_DICTIONARY | changes)
    assert not found.uses_dictionary() and not found.trains_dictionary()


def test_one_of_others_is_used_and_not_trained():
    """Here by the subject's processing alone, which follows the dictionary's record."""
    others = {
        "dictionary.source": "hub",
        "dictionary.release": "gpt2-small-res-jb",
        "dictionary.id": "blocks.2.hook_resid_pre",
        "model.source": "hub",
        "model.name": "gpt2",
        "corpus.tokenizer": "model",
    }
    found = settings(WITHOUT_DICTIONARY | others | {"model.processing": "dictionary"})
    assert found.uses_dictionary() and not found.trains_dictionary()
    assert not settings(WITHOUT_DICTIONARY | others).uses_dictionary()
