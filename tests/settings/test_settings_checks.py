"""Keys that do not fit each other."""

import pytest

from litmus.settings import Settings
from litmus.settings.checks import CHECKS
from litmus.settings.metrics import Metrics
from litmus.settings.wording import keys

LLC = "metrics.llc_functional"

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
        {"corpus.source": "text"},
        "corpus.paths: found []; valid: at least one file or folder, for corpus.source is text",
    ),
    (
        {"corpus.paths": ["scripts"]},
        "corpus.paths: found ['scripts']; valid: [] with corpus.source: stdlib; "
        "to read these paths, set corpus.source: text",
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
        {f"{LLC}.burn_in": 67},
        f"{LLC}.burn_in: found 67; valid: at most 66, for split R-hat needs 4 draws "
        f"and {LLC}.steps = 70",
    ),
    (
        {f"{LLC}.batch_size": 4097},
        f"{LLC}.batch_size: found 4097; valid: at most corpus.eval_sequences = 4096",
    ),
    (
        {f"{LLC}.learning_rate": 8e-5},
        f"{LLC}.learning_rate: found 8e-05; valid: below 4 / {LLC}.localization = 8e-05; "
        "from there on every chain diverges",
    ),
    (
        {"separation.permutations": 719},  # 36 comparisons at 0.05, the first p multiplied by 36
        "separation.permutations: found 719; valid: at least 720, or no p of 36 comparisons "
        "could be significant",
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
    {"directions.count": 512},
    {"directions.count": 10},  # fewer than a chunk
    {"dictionary.training_tokens": 2048},
    {f"{LLC}.burn_in": 66},
    {"separation.permutations": 720},
    {f"{LLC}.batch_size": 4096},
    {f"{LLC}.learning_rate": 7.9e-5},
    {f"{LLC}.learning_rate": 100.0, f"{LLC}.localization": 0},  # no pull, no bound from it
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


def test_a_number_without_a_dot_is_checked_as_a_number(changed, problems):
    """YAML's text 1e-4 is compared like 1.0e-4."""
    (line,) = problems(changed({f"{LLC}.learning_rate": "1e-4"}))
    assert line.startswith(f"{LLC}.learning_rate: found 0.0001; valid: below 4 /")


def test_checks_name_keys_that_exist():
    """A check of a key that is not there would never run."""
    assert {key for check in CHECKS for key in check.keys} <= set(keys(Settings))
