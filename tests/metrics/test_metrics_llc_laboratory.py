"""From a run's files to chains: the subject, its data, features and weights."""

from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pytest
import torch

import tiny
from litmus import tables
from litmus.activations.statistics import Accumulator
from litmus.directions.table import Directions
from litmus.errors import LitmusError
from litmus.metrics.llc.estimate import score
from litmus.metrics.llc.laboratory import Laboratory, settings_of
from litmus.subject import checkpoint
from litmus.subject.adapter import Subject
from tiny_llc import ARCHITECTURE, DATA, IDS, SETTINGS, START, STD, TOKENS, VECTORS, WEIGHTS, run

DIRECTIONS = Directions(IDS, "sae", VECTORS.numpy())
BLOCK = {"nonlinearity": "hard", "thresholds": [0.5]}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The files of a run: half of the tokens are for training."""
    folder = tmp_path_factory.mktemp("run")
    checkpoint.save(folder / "model", ARCHITECTURE, WEIGHTS)
    rows = torch.cat([TOKENS.flip(1), TOKENS]).numpy().astype(np.int32)
    columns = {
        "sequence": np.arange(40, dtype=np.int32),
        "split": ["train"] * 20 + ["eval"] * 20,
        "tokens": pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), tiny.CONTEXT),
    }
    tables.write(pa.table(columns, schema=tables.tokens_schema(tiny.CONTEXT)), folder / "tokens")
    seen = Accumulator(8)
    seen.add(DATA.base.flatten(0, 1).numpy())
    seen.statistics().write(folder / "statistics")
    encoder = pa.FixedSizeListArray.from_arrays(pa.array(np.eye(8, dtype=np.float32).ravel()), 8)
    latents = {
        "active_tokens": np.array([9, 60, 70, 80, 50, 40, 30, 20]),
        "encoder": encoder,
        "encoder_bias": np.zeros(8, np.float32),
    }
    tables.write(pa.table(latents), folder / "features")
    return folder


@pytest.fixture
def laboratory(files):
    """The laboratory of these files."""

    def of(features=None):
        paths = [files / name for name in ("model", "tokens", "statistics")]
        return Laboratory(*paths, features, tiny.HOOK, 10, torch.device("cpu"))

    return of


def test_the_data_is_the_evaluation_split(laboratory):
    """Its tokens, and TransformerLens's activations on them."""
    data = laboratory().data
    assert torch.equal(data.tokens, TOKENS)
    theirs = Subject(ARCHITECTURE, WEIGHTS, tiny.HOOK).lower(TOKENS)
    torch.testing.assert_close(data.base, theirs, atol=1e-5, rtol=0)


@pytest.mark.parametrize("nonlinearity", ["hard", "relu"])
def test_a_threshold_counts_standard_deviations(laboratory, nonlinearity):
    """k·σ of the projection over the data."""
    found = laboratory().features(DIRECTIONS, BLOCK | {"nonlinearity": nonlinearity}, 1.5)
    torch.testing.assert_close(found.thresholds, 1.5 * STD)
    assert torch.equal(found.vectors, VECTORS)
    assert found.nonlinearity == nonlinearity and found.offsets is None


def test_without_a_threshold_the_feature_is_the_projection(laboratory):
    """As for the behavioral and the natural loss."""
    found = laboratory().features(DIRECTIONS, {}, None)
    assert found.linear
    assert torch.equal(found.of(VECTORS), VECTORS)


def test_latents_are_asked_for_by_their_file(laboratory, files):
    """Index 0 is the first live row; the control's fires as often as its partner's."""
    lab = laboratory(files / "features")
    assert torch.equal(lab.features(DIRECTIONS, {}, None).vectors, torch.eye(8)[1:6])
    control = lab.features(DIRECTIONS._replace(group="matched"), {}, None)
    assert torch.equal(control.vectors, VECTORS)
    fires = (control.of(VECTORS @ DATA.base.flatten(0, 1).T) != 0).sum(1)
    assert fires.tolist() == [60, 70, 80, 50, 40]


@pytest.mark.parametrize("variant", ["functional", "behavioral", "natural"])
def test_an_estimate_from_files_is_that_from_memory(laboratory, variant):
    """The same directions, seed and settings."""
    lab = laboratory()
    features = lab.features(DIRECTIONS, BLOCK, 0.5 if variant == "functional" else None)
    loss_of = lab.loss_of(variant, features, SETTINGS, IDS, 7)
    found = score(loss_of, lab.where("full", "weights"), IDS, [False] * 5, SETTINGS, 7)
    expected = run(variant=variant).scores
    np.testing.assert_allclose(found.scores.value, expected.value, rtol=1e-4)


def test_weights_are_parted_by_name(laboratory):
    """All of them, or a block's; a name of nothing below the hook is told with its key."""
    lab = laboratory()
    assert lab.where("full", "k").moving.keys() == START.keys()
    assert all(name.startswith("blocks.1.") for name in lab.where("l1", "k").moving)
    with pytest.raises(LitmusError, match=r"^metrics.llc_natural.weights: found 'l2'"):
        lab.where("l2", "metrics.llc_natural.weights")


def test_a_batch_larger_than_the_data_names_its_key(laboratory):
    """Which the settings cannot know where the text ends early."""
    lab = laboratory()
    loss_of = lab.loss_of(
        "behavioral",
        lab.features(DIRECTIONS, {}, None),
        settings_of(asdict(SETTINGS), {"batch_size": 21}),
        IDS,
        7,
    )
    with pytest.raises(LitmusError, match=r"^metrics.llc_behavioral.batch_size: found 21"):
        loss_of(torch.arange(5), 2)


def peaks():
    """The largest projection of each direction, in its standard deviations."""
    return (DATA.base @ VECTORS.T).flatten(0, 1).amax(0) / STD


def test_a_threshold_that_no_token_passes_is_a_sentence(laboratory):
    """The key, the threshold, and below which one some feature fires."""
    lab, key = laboratory(), "metrics.llc_functional.thresholds"
    with pytest.raises(LitmusError) as raised:
        lab.dead(lab.features(DIRECTIONS, BLOCK, 9.0), 9.0, key)
    sentence = str(raised.value)
    assert sentence.startswith(f"{key}: found 9, but none of 5 directions' features is ever so")
    highest = float(sentence.partition("valid: below ")[2].partition(",")[0])
    assert highest == pytest.approx(peaks().max().item(), rel=5e-3)


@pytest.mark.parametrize("nonlinearity", ["hard", "relu"])
def test_some_dead_features_are_no_mistake(laboratory, nonlinearity):
    """Where one of several fires, the others are dead; one alone may be."""
    lab, block = laboratory(), {"nonlinearity": nonlinearity}
    between = peaks().sort().values[-2:].mean().item()
    found = lab.dead(lab.features(DIRECTIONS, block, between), between, "k")
    assert found == (peaks() < between).tolist()
    assert sum(found) == 4
    alone = DIRECTIONS._replace(ids=IDS[:1], vectors=DIRECTIONS.vectors[:1])
    assert lab.dead(lab.features(alone, block, 9.0), 9.0, "k") == [True]


def test_without_a_threshold_nothing_is_dead(laboratory):
    """A projection is never exactly zero on all data."""
    lab = laboratory()
    assert lab.dead(lab.features(DIRECTIONS, {}, None), None, "k") == [False] * 5


def test_what_calibration_found_takes_the_place_of_what_was_asked():
    """And keys of the block that chains do not read are left out."""
    block = asdict(SETTINGS) | {"thresholds": [1.0], "weights": ["full"], "calibrate": ["n_beta"]}
    del block["n_beta"]
    found = settings_of(block, {"n_beta": 3.0, "localization": 5.0})
    assert (found.n_beta, found.localization) == (3.0, 5.0)
    assert found.learning_rate == SETTINGS.learning_rate
