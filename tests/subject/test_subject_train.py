"""Training a subject, and resuming it after a kill."""

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

import tiny
from litmus.errors import LitmusError
from litmus.subject import adapter, train
from litmus.subject.train import Training

SETTINGS = Training(
    steps=7,
    batch_size=4,
    learning_rate=1e-2,
    warmup_steps=2,
    weight_decay=0.1,
    checkpoint_every=3,
)
TEXT = tiny.tokens(10, tiny.CONTEXT, seed=1).int().numpy()
EVALUATION = tiny.tokens(5, tiny.CONTEXT, seed=2).int().numpy()


class KilledError(Exception):
    """Stands for a kill."""


def run(checkpoint, kill_at=None, key="key", settings=SETTINGS, seed=3):
    """Weights and record of a training, killed after `kill_at` steps if that is given."""
    model = adapter.build(tiny.subject()[0], seed=5)
    steps = []

    def after_step(done):
        steps.append(done)
        if done == kill_at:
            raise KilledError

    record = train.train(model, TEXT, EVALUATION, settings, seed, checkpoint, key, after_step)
    return adapter.weights(model), record, steps


def assert_same(one, other):
    """Weights and records are equal bit for bit."""
    assert all(torch.equal(one[0][name], other[0][name]) for name in one[0])
    for column, values in vars(one[1]).items():
        np.testing.assert_array_equal(values, vars(other[1])[column])


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A training that nothing stopped."""
    return run(tmp_path_factory.mktemp("undisturbed") / "checkpoint.pt")


@pytest.mark.parametrize("kills", [[2], [4], [6], [5, 6]], ids=str)
def test_a_resumed_training_ends_where_an_undisturbed_one_ends(kills, undisturbed, tmp_path):
    """KilledError before, between or after checkpoints, once or twice: the last bit is the same."""
    checkpoint = tmp_path / "checkpoint.pt"
    for kill_at in kills:
        with pytest.raises(KilledError):
            run(checkpoint, kill_at)
    resumed = run(checkpoint)
    assert_same(resumed, undisturbed)
    assert resumed[2][0] == max(kills) // 3 * 3, "it should start at the last checkpoint"


def test_a_checkpoint_with_another_key_is_ignored(undisturbed, tmp_path):
    """What the checkpoint was made from has changed, so the training starts anew."""
    with pytest.raises(KilledError):
        run(tmp_path / "checkpoint.pt", 5, key="other", seed=8)
    again = run(tmp_path / "checkpoint.pt")
    assert again[2][0] == 0
    assert_same(again, undisturbed)


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.6, 0.99])
def test_a_truncated_checkpoint_is_ignored(share, undisturbed, tmp_path):
    """Damage costs the steps done, not the training."""
    checkpoint = tmp_path / "checkpoint.pt"
    with pytest.raises(KilledError):
        run(checkpoint, 4)
    content = checkpoint.read_bytes()
    checkpoint.write_bytes(content[: int(share * len(content))])
    again = run(checkpoint)
    assert again[2][0] == 0
    assert_same(again, undisturbed)


def test_a_kill_while_the_checkpoint_is_written_leaves_the_old_one(
    undisturbed, tmp_path, monkeypatch
):
    """The second checkpoint is cut short: the first still stands, and nothing lies beside it."""
    checkpoint, save = tmp_path / "checkpoint.pt", torch.save

    def cut_short(state, path):
        if len(state["record"]["step"]) == 6:
            path.write_bytes(b"half")
            raise KilledError
        save(state, path)

    monkeypatch.setattr(torch, "save", cut_short)
    with pytest.raises(KilledError):
        run(checkpoint)
    monkeypatch.undo()
    assert [p.name for p in tmp_path.iterdir()] == ["checkpoint.pt"]
    resumed = run(checkpoint)
    assert resumed[2][0] == 3
    assert_same(resumed, undisturbed)


def test_the_schedule_by_hand():
    """Two steps up to the peak, half-way down the mean of peak and tenth, a tenth at the end."""
    settings = replace(SETTINGS, learning_rate=1.0, warmup_steps=2, steps=10)
    rates = {step: train.learning_rate(step, settings) for step in (0, 1, 2, 6, 10)}
    assert rates == pytest.approx({0: 0.5, 1: 1.0, 2: 1.0, 6: 0.55, 10: 0.1})


def test_the_schedule_without_a_warm_up():
    """It starts at the peak; a warm-up as long as the training never leaves it."""
    assert train.learning_rate(0, replace(SETTINGS, warmup_steps=0)) == SETTINGS.learning_rate
    for step in range(4):
        rate = train.learning_rate(step, replace(SETTINGS, warmup_steps=4, steps=4))
        assert rate == pytest.approx(SETTINGS.learning_rate * (step + 1) / 4)


def test_the_record_by_hand(undisturbed):
    """One entry a step; the evaluation loss at checkpoints and at the end only."""
    _, record, steps = undisturbed
    assert steps == list(range(8))
    assert record.step == list(range(7))
    assert [i for i, loss in enumerate(record.eval_loss) if not math.isnan(loss)] == [2, 5, 6]
    assert record.learning_rate == [train.learning_rate(i, SETTINGS) for i in range(7)]


def test_the_first_loss_is_that_of_the_fresh_model(undisturbed):
    """`train_loss[0]` is the loss of the first batch before any update."""
    model = adapter.build(tiny.subject()[0], seed=5)
    first = model(train.batch(TEXT, 0, 4, seed=3), return_type="loss").item()
    assert undisturbed[1].train_loss[0] == pytest.approx(first)


@pytest.mark.parametrize("size", [1, 4, 10, 16])
def test_every_epoch_passes_each_sequence_once(size):
    """Of 10 sequences, the first k·10 places hold each k times, whatever the batch size."""
    numbers = np.arange(10, dtype=np.int32)[:, None]
    steps = math.ceil(40 / size)
    seen = torch.cat([train.batch(numbers, step, size, seed=0) for step in range(steps)])
    epochs = seen.flatten()[:40].view(4, 10)
    assert all(Counter(epoch.tolist()) == Counter(range(10)) for epoch in epochs)
    assert len({tuple(epoch.tolist()) for epoch in epochs}) == 4, "each has its own order"


def test_evaluate_weighs_every_sequence_alike():
    """130 sequences in parts of 128 and 2 have the mean loss of 130."""
    model = adapter.build(tiny.subject()[0], seed=5)
    sequences = tiny.tokens(130, tiny.CONTEXT)
    whole = model(sequences, return_type="loss").item()
    parts = train.evaluate(model, sequences.int().numpy(), torch.device("cpu"))
    assert parts == pytest.approx(whole, rel=1e-6)


def test_a_loss_that_is_not_finite_names_the_learning_rate(tmp_path):
    """The sentence names the key, its value and what to try."""
    with pytest.raises(LitmusError, match=r"model\.learning_rate: found 1e\+20.*a tenth of it"):
        run(tmp_path / "checkpoint.pt", settings=replace(SETTINGS, learning_rate=1e20))


def test_training_learns(tmp_path):
    """On one repeated sequence the loss falls well below that of guessing."""
    model = adapter.build(tiny.subject()[0], seed=5)
    settings = replace(SETTINGS, steps=40, checkpoint_every=40)
    record = train.train(model, TEXT[:1], TEXT[:1], settings, 0, tmp_path / "checkpoint.pt", "key")
    assert record.eval_loss[-1] < 0.5 * math.log(tiny.VOCABULARY)
