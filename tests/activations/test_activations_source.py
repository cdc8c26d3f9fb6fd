"""Activations from the cache, or computed again."""

import numpy as np
import pytest
import torch

import tiny
from litmus import tables
from litmus.activations import cache
from litmus.activations.recomputed import Recomputed
from litmus.activations.source import Recorded, load, opened
from litmus.corpus import tokens
from litmus.errors import LitmusError
from litmus.subject import checkpoint
from litmus.subject.adapter import Subject

EVALUATION, TRAINING, MOST = 7, 9, 5


@pytest.fixture
def run(tmp_path):
    """Tokens, a subject's folder, and what the subject itself makes of the sequences."""
    sequences = tiny.tokens(EVALUATION + TRAINING, tiny.CONTEXT).numpy().astype(np.int32)
    table = tokens.table(sequences[:EVALUATION], sequences[EVALUATION:])
    tables.write(table, tmp_path / "tokens.parquet")
    architecture, weights = tiny.subject()
    checkpoint.save(tmp_path / "model", architecture, weights)
    lower = Subject(architecture, weights, tiny.HOOK).lower
    return tmp_path, sequences, lambda rows: lower(torch.from_numpy(rows).long()).numpy()


def recomputed(folder, batch_size=2):
    """The subject run once more, on a limited training split."""
    path, model = folder / "tokens.parquet", folder / "model"
    return Recomputed(path, model, tiny.HOOK, batch_size, {"train": MOST})


def recorded(folder, sequences, lower):
    """The same in a cache."""
    parts = [("eval", 0, sequences[:EVALUATION])]
    parts += [("train", EVALUATION, sequences[EVALUATION : EVALUATION + MOST])]
    cache.write(folder / "hook.parquet", parts, lower, 8, lambda split, seen: None)
    return Recorded(folder / "hook.parquet")


@pytest.mark.parametrize("split, first, count", [("eval", 0, 7), ("train", 7, MOST)])
def test_both_sources_hold_what_the_subject_computes(run, split, first, count):
    """Tokens and activations of a split, in their order, up to its limit."""
    folder, sequences, lower = run
    expected = sequences[first : first + count]
    for source in (recomputed(folder), recorded(folder, sequences, lower)):
        found = load(source, split)
        np.testing.assert_array_equal(found.tokens, expected)
        np.testing.assert_allclose(found.activations, lower(expected), atol=1e-5)


def test_the_rows_of_both_are_the_tokens_with_these_numbers(run):
    """Out of order, twice, and from the last sequence."""
    folder, sequences, lower = run
    numbers = np.array([41, 3, 3, 0, 17])
    expected = lower(sequences[:EVALUATION]).reshape(42, -1)[numbers]
    for source in (recomputed(folder), recorded(folder, sequences, lower)):
        np.testing.assert_allclose(source.rows("eval", numbers), expected, atol=1e-5)


def test_only_the_sequences_of_the_rows_run(run, monkeypatch):
    """Two tokens of one sequence and one of another: two sequences."""
    folder, *_ = run
    source, ran = recomputed(folder), []
    plain = source.run
    monkeypatch.setattr(source, "run", lambda batch: ran.append(len(batch)) or plain(batch))
    source.rows("eval", np.array([1, 2, 40]))
    assert sum(ran) == 2


def test_a_token_beyond_the_limit(run):
    """The sentence tells how many there are."""
    folder, *_ = run
    with pytest.raises(LitmusError, match=f"holds {MOST * tiny.CONTEXT} tokens of split train"):
        recomputed(folder).rows("train", np.array([MOST * tiny.CONTEXT]))


def test_a_job_opens_what_it_is_given(run):
    """The cache where there is one, else the subject, with the hook and the limits it is told."""
    folder, sequences, lower = run
    recorded(folder, sequences, lower)
    inputs = {"activations": folder / "hook.parquet"}
    assert isinstance(opened(inputs, None), Recorded)
    inputs = {"tokens": folder / "tokens.parquet", "weights": folder / "model/model.safetensors"}
    recipe = {"hook": tiny.HOOK, "batch_size": 4, "most": {"train": 2}, "code": "abc"}
    assert len(load(opened(inputs, recipe), "train").tokens) == 2


def test_activations_that_are_not_finite(run):
    """No job goes on with them."""
    folder, *_ = run
    source = recomputed(folder)
    source.parameters["W_E"][:] = torch.inf
    with pytest.raises(LitmusError, match="NaN or infinite"):
        load(source, "eval")
