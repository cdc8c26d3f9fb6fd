"""The study's block, and what is said of a wrong one."""

import pytest
from pydantic import ValidationError

from litmus.settings.study import (
    Study,
    every_layer_has_directions,
    layers_are_inside_the_model,
    there_are_rows,
)

CHAINS = {
    "learning_rate": 1e-6,
    "n_beta": 100.0,
    "localization": 1e4,
    "steps": 70,
    "burn_in": 20,
}
BLOCK = {
    "enabled": True,
    "layers": [1, 2],
    "features": ["none", "hard"],
    "thresholds": [1.0],
    "regimes": ["tight"],
    "groups": ["sae", "isotropic"],
    "directions": 8,
    "seeds": 2,
    "chains": 2,
    "scales": [0.003],
    "draws": 8,
    "sequences": 64,
    "quadratic_sequences": 0,
    "tight": CHAINS,
    "loose": CHAINS,
}


def test_the_block_is_accepted():
    """As it is."""
    assert Study.model_validate(BLOCK).model_dump() == BLOCK


@pytest.mark.parametrize("key, value", [("seeds", 1), ("chains", 1), ("layers", [0]), ("draws", 1)])
def test_what_has_no_error_is_refused(key, value):
    """One seed, chain or draw tells no uncertainty; nothing moves below layer 0."""
    with pytest.raises(ValidationError):
        Study.model_validate({**BLOCK, key: value})


def test_layers_lie_inside_the_model():
    """There is a block below and one above, and each layer once."""
    assert layers_are_inside_the_model([1, 3], 4, True) is None
    assert "from 1 to 3" in layers_are_inside_the_model([4], 4, True)
    assert "once" in layers_are_inside_the_model([1, 1], 4, True)


def test_a_study_that_does_not_run_fits_any_model():
    """A smaller model needs no word about it."""
    assert layers_are_inside_the_model([4], 2, False) is None
    assert there_are_rows(9, 8, False) is None


def test_every_layer_has_some_group():
    """Rows of the dictionary exist at the run's own hook alone."""
    hook = "blocks.2.hook_resid_pre"
    assert every_layer_has_directions(["sae"], [2], hook) is None
    assert every_layer_has_directions(["sae", "isotropic"], [1, 2], hook) is None
    assert "a control too" in every_layer_has_directions(["sae"], [1, 2], hook)


def test_there_are_as_many_rows_as_asked_for():
    """In the dictionary."""
    assert there_are_rows(8, 8, True) is None
    assert "width = 8" in there_are_rows(9, 8, True)
