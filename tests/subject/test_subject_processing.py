"""What is done to the weights, as the config names it."""

import pytest

from litmus.errors import LitmusError
from litmus.subject.processing import STEPS, flags


def on(*steps):
    """These steps and no others."""
    return {step: step in steps for step in STEPS}


def test_the_named_ones():
    """All of TransformerLens's default, centring alone, nothing."""
    assert flags("folded") == on(*STEPS)
    assert flags("centred") == on("center_writing_weights")
    assert flags("none") == on()


@pytest.mark.parametrize(
    ("record", "steps"),
    [
        (None, []),
        ({}, []),
        ({"center_writing_weights": True}, ["center_writing_weights"]),  # gpt2-small-res-jb's
        ({"fold_ln": False}, []),
        ({"fold_ln": True, "fold_value_biases": True}, ["fold_ln", "fold_value_biases"]),
        ({"center_unembed": True, "device": "cuda", "dtype": "bfloat16"}, ["center_unembed"]),
    ],
)
def test_a_dictionarys_record_is_changes_to_nothing(record, steps):
    """As SAELens takes them; where and how precisely it ran is no matter of ours."""
    assert flags("dictionary", record) == on(*steps)


@pytest.mark.parametrize(
    ("name", "value"),
    [("refactor_factored_attn_matrices", True), ("first_n_layers", 3), ("revision", "step1000")],
)
def test_a_record_that_asks_for_more_is_refused(name, value):
    """For the activations would be others."""
    with pytest.raises(LitmusError, match=rf"model\.processing: .*{name} = {value!r}"):
        flags("dictionary", {name: value})


def test_a_record_of_other_values_is_refused():
    """A step is done or not."""
    with pytest.raises(LitmusError, match="fold_ln = 'yes'; valid: true or false"):
        flags("dictionary", {"fold_ln": "yes"})
