"""Keys that do not fit each other."""

import pytest

from litmus.settings import Settings, read
from litmus.settings.checks import CHECKS
from litmus.settings.metrics import Metrics
from litmus.settings.wording import keys

MISFITS = [
    (
        {"results": "config.yaml/results"},
        "results: found 'config.yaml/results'; valid: a folder that exists or can be made, "
        "but config.yaml is a file",
    ),
    (
        {"hook": "blocks.9.hook_resid_pre"},
        "hook: found 'blocks.9.hook_resid_pre'; valid: a layer from 1 to 3, "
        "for the model has model.layers = 4",
    ),
    (
        {"model.layers": 2},
        "hook: found 'blocks.2.hook_resid_pre'; valid: layer 1, for the model has model.layers = 2",
    ),
    (
        {"model.heads": 5},
        "model.heads: found 5; valid: a number that divides model.width = 64",
    ),
    (
        {"model.warmup_steps": 1501},
        "model.warmup_steps: found 1501; valid: at most model.steps = 1500",
    ),
    (
        {"activations.train_sequences": 131073},
        "activations.train_sequences: found 131073; "
        "valid: at most corpus.max_train_sequences = 131072",
    ),
    (
        {"dictionary.k": 513},
        "dictionary.k: found 513; valid: at most dictionary.width = 512",
    ),
    (
        {"dictionary.training_tokens": 2047},
        "dictionary.batch_size: found 2048; valid: at most dictionary.training_tokens = 2047",
    ),
    (
        {"directions.count": 513},
        "directions.count: found 513; valid: at most dictionary.width = 512",
    ),
    (
        {"directions.controls": ["matched", "matched"]},
        "directions.controls: found ['matched', 'matched']; valid: each control once",
    ),
    (
        {f"metrics.{name}.enabled": False for name in Metrics.model_fields},
        "metrics.sparsity.enabled: found false; valid: true for at least one metric",
    ),
]

FITS = [
    {"hook": "blocks.1.hook_resid_pre"},
    {"hook": "blocks.3.hook_resid_pre"},
    {"model.warmup_steps": 1500},
    {"dictionary.k": 512},
    {"directions.count": 509},
    {"directions.count": 10},  # fewer than a chunk
    {"dictionary.training_tokens": 2048},
    {f"metrics.{name}.enabled": name == "sparsity" for name in Metrics.model_fields},
]


@pytest.mark.parametrize(("change", "told"), MISFITS, ids=lambda case: str(case)[:40])
def test_a_misfit_is_told_at_the_key_to_change(changed, problems, change, told):
    """One line: the key, the value found, what fits the other keys."""
    assert problems(changed(change)) == [told]


@pytest.mark.parametrize("change", FITS, ids=lambda case: str(case)[:40])
def test_what_just_fits_is_accepted(changed, problems, change):
    """The limits belong to what is valid."""
    assert problems(changed(change)) == []


def test_a_verdict_must_be_within_reach(changed, problems, config):
    """Of every metric that is scored and every control: the least p, times their number."""
    comparisons = len(read(config).metrics.about()) * 4
    (told,) = problems(changed({"separation.permutations": 20 * comparisons - 1}))
    assert told == (
        f"separation.permutations: found {20 * comparisons - 1}; valid: at least "
        f"{20 * comparisons}, or no p of {comparisons} comparisons could be significant"
    )
    assert problems(changed({"separation.permutations": 20 * comparisons})) == []
    only = {f"metrics.{name}.enabled": name == "sparsity" for name in Metrics.model_fields}
    assert problems(changed(only | {"separation.permutations": 99})) == []


def test_checks_name_keys_that_exist():
    """A check of a key that is not there would never run."""
    assert {key for check in CHECKS for key in check.keys} <= set(keys(Settings))
