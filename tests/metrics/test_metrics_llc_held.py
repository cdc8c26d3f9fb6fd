"""How many chains run at once: as many as fit, and fewer where that was too many."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import tiny_llc
from litmus.errors import LitmusError
from litmus.metrics.llc import held
from litmus.metrics.llc.estimate import score
from tiny_llc import ARCHITECTURE, SETTINGS, START, features, laboratory, run

WEIGHTS = sum(value.nbytes for value in START.values())


def measured(variant="functional", **changes):
    """What a chain of the tiny subject holds."""
    settings = replace(SETTINGS, **changes)
    wanted = features("hard" if variant == "functional" else "none")
    loss = laboratory(variant, wanted, settings)(torch.arange(1), settings.chains)
    return held.measured(loss, START, settings)


def test_what_waits_is_the_weights():
    """And as much again for rmsprop_sgld's squares, and for noise of one's own."""
    assert measured().waiting == WEIGHTS
    assert measured(sampler="rmsprop_sgld").waiting == 2 * WEIGHTS
    assert measured(random_numbers="per_direction").waiting == 2 * WEIGHTS


@pytest.mark.parametrize("variant", ["functional", "behavioral"])
def test_what_runs_grows_with_the_batch(variant):
    """Beyond the gradients it is activations: so many bytes a sequence, the same for any batch."""
    one, two, four = (measured(variant, batch_size=n).running - 3 * WEIGHTS for n in (1, 2, 4))
    assert two - one > 0
    assert four - two == pytest.approx(2 * (two - one), rel=0.05)


def test_what_runs_does_not_depend_on_the_chains():
    """It is that of one chain."""
    two, four = (measured(chains=n).running for n in (2, 4))
    assert four == pytest.approx(two, rel=0.1)


def test_what_runs_covers_what_a_block_must_keep():
    """A block keeps its input, its queries, keys and values, and its MLP's hidden values at least:
    counted by hand, of every layer below the hook, once and at most twenty times."""
    tokens = SETTINGS.batch_size * tiny_llc.TOKENS.shape[1]
    numbers = 4 * ARCHITECTURE.width + ARCHITECTURE.mlp_width
    least = 4 * tokens * numbers * tiny_llc.LOWER.layer
    assert least < measured().running - 3 * WEIGHTS < 20 * least


@pytest.mark.parametrize(
    "room, expected",
    [
        (1e9, (16, 8)),  # as the config has them
        (32 * 100 + 16 * 300, (16, 8)),
        (31 * 100 + 16 * 300, (8, 8)),  # 16 directions would wait
        (16 * 400 - 1, (16, 4)),  # 8 would run
        (4 * 400, (2, 2)),
        (100, (1, 1)),  # one direction is tried, whatever is free
    ],
)
def test_stack_and_wave_are_upper_limits(monkeypatch, room, expected):
    """A chain of 100 bytes, 300 more while it runs; 2 chains a direction. Either is halved."""
    monkeypatch.setattr(held, "free", lambda device: room / held.SHARE)
    settings = replace(SETTINGS, chains=2, stack=32, wave=16)
    found = held.at_once(held.Chain(100.0, 300.0), settings, torch.device("cpu"))
    assert found == expected


@pytest.mark.parametrize("stack, wave, expected", [(4, 64, (2, 2)), (1, 1, (1, 1)), (6, 4, (3, 2))])
def test_where_memory_is_plenty_the_config_decides(monkeypatch, stack, wave, expected):
    """Whole directions of 2 chains, one at least, and no wider a wave than the stack."""
    monkeypatch.setattr(held, "free", lambda device: 1 << 60)
    settings = replace(SETTINGS, stack=stack, wave=wave)
    found = held.at_once(held.Chain(100.0, 300.0), settings, torch.device("cpu"))
    assert found == expected


@pytest.fixture
def known():
    """All five directions at once."""
    return run(stack=100, wave=100)


def assert_same(found, known):
    """Scores, traces and stiffness agree but for rounding."""
    assert list(found.scores.status) == list(known.scores.status)
    np.testing.assert_allclose(found.scores.value, known.scores.value, rtol=1e-4)
    torch.testing.assert_close(found.traces.loss, known.traces.loss, rtol=1e-3, atol=1e-7)
    np.testing.assert_allclose(found.stiffness, known.stiffness, rtol=1e-3)


@pytest.mark.parametrize("directions", [1, 2])
def test_no_result_depends_on_the_memory_at_hand(monkeypatch, known, directions, capsys):
    """Little of it, and fewer directions run together: it is said, and the rest is as before."""
    one, seen = measured(), []
    room = 2 * directions * (one.waiting + one.running) / held.SHARE
    monkeypatch.setattr(held, "free", lambda device: room)
    found = run(stack=8, wave=8, after_step=seen.append)
    assert max(seen) == directions
    assert capsys.readouterr().err == f"[memory] stack: {directions} directions at once fit\n"
    assert_same(found, known)


def short(of, error):
    """The tiny losses on a machine whose memory ends at `of` directions, in the third step."""
    made = laboratory("functional", features(), SETTINGS)

    def loss_of(chosen, chains):
        loss = made(chosen, chains)

        def limited(parameters, step):
            if len(chosen) > of and step >= 2:
                raise error
            return loss(parameters, step)

        limited.unreached = loss.unreached
        return limited

    return loss_of


def test_out_of_memory_begins_the_block_again_with_half(known, capsys):
    """5 directions, then 2 and 2, the last alone; each has its 14 steps in the progress."""
    error, seen = torch.OutOfMemoryError("CUDA out of memory"), []
    settings = replace(SETTINGS, stack=100, wave=100)
    found = score(
        short(2, error),
        tiny_llc.Where(START),
        tiny_llc.IDS,
        [False] * 5,
        settings,
        7,
        seen.append,
        key="metrics.llc_functional.stack",
    )
    assert_same(found, known)
    assert seen == [5, 5, -10] + [2] * 28 + [1] * 14
    assert sum(seen) == 5 * 14
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert (
        "metrics.llc_functional.stack: too many directions at once, begun again with 2" in said[0]
    )


def test_a_direction_that_fits_in_no_way_is_a_sentence():
    """It names the key."""
    with pytest.raises(LitmusError, match=r"^stack: out of memory .* 1 of its directions"):
        score(
            short(0, MemoryError()),
            tiny_llc.Where(START),
            tiny_llc.IDS,
            [False] * 5,
            SETTINGS,
            7,
        )
