"""How ablations are run: each once, in batches that decide no result, side by side."""

import time

import numpy as np
import pytest
import torch

import tiny
from litmus.metrics.ablation import everywhere
from litmus.metrics.ablation.everywhere import Everywhere
from litmus.metrics.ablation.measure import effects
from litmus.metrics.ablation.strongest import Chosen, peaks
from litmus.metrics.ablation.workers import mapped
from litmus.metrics.projections import project
from tiny_ablation import COUNT, N, Setting


@pytest.fixture(scope="module")
def setting():
    """The defaults."""
    return Setting()


def test_a_score_does_not_depend_on_how_many_tokens_run_at_once(setting):
    """One sequence at a time, and all of them."""
    for budget in (1, 10_000):
        for name, scores in Setting(batch_tokens=budget).scores().items():
            np.testing.assert_allclose(scores.value, setting.scores()[name].value, rtol=1e-9)


def test_an_effect_is_measured_once_for_all_k_and_only_where_it_is_wanted(setting):
    """Runs are those of the union of the largest k and the sample."""
    found = peaks(project(setting.blocks, setting.vectors.numpy()), "all")
    chosen = Chosen(found, setting.settings, 0)
    runs = []
    measured = effects(
        setting.measures, setting.blocks, setting.vectors, setting.mean, chosen.wanted, runs.append
    )
    assert sum(runs) == 2 * chosen.wanted.sum() < 2 * COUNT * (4 + 10)
    assert np.array_equal(np.isfinite(measured[0, 0]), chosen.wanted)


def test_the_unchanged_run_serves_every_direction(setting, monkeypatch):
    """No data point runs unchanged twice."""
    seen = []
    plain = Everywhere.base
    monkeypatch.setattr(Everywhere, "base", lambda self, a: seen.append(len(a)) or plain(self, a))
    setting.every()
    assert sum(seen) == N


@pytest.mark.parametrize("tokens", ["all", "last"])
def test_a_score_does_not_depend_on_how_many_threads_there_are(tokens):
    """Not in its last bit: of two and three, each runs batches of its own."""
    found, before = [], torch.get_num_threads()
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            found.append(Setting(tokens=tokens, batch_tokens=12).every())
    finally:
        torch.set_num_threads(before)
    assert np.array_equal(found[1], found[2])
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)


def test_a_large_vocabulary_is_held_a_few_tokens_and_data_points_at_a_time(monkeypatch):
    """What is held never decides a result: one logit's worth of room, and all of it."""
    for sparsity in ("logits", "divergence"):
        setting = Setting(sparsity=sparsity)
        plenty = setting.every()
        with monkeypatch.context() as little:
            little.setattr(everywhere, "_CHUNK", {"cpu": 1})
            little.setattr(everywhere, "_FEW", 1)
            little.setitem(everywhere.KEPT, "cpu", 1)
            assert setting.measures.kept(tiny.CONTEXT) == 1
            np.testing.assert_allclose(setting.every(), plenty, rtol=1e-9)


def test_items_are_worked_on_in_threads_of_one_and_come_back_in_order():
    """No more of them are taken than the workers need soon; torch's threads come back after."""
    taken, before = [], torch.get_num_threads()

    def items():
        for item in range(20):
            taken.append(item)
            yield item

    def work(item):
        time.sleep(0.001 * (item % 3))
        return item, torch.get_num_threads(), torch.is_grad_enabled()

    found = mapped(work, items(), 3)
    assert next(found) == (0, 1, False)
    assert len(taken) <= 6
    assert list(found) == [(item, 1, False) for item in range(1, 20)]
    assert torch.get_num_threads() == before


def test_a_worker_s_error_is_the_caller_s():
    """Such as running out of memory."""

    def work(item):
        raise MemoryError(item)

    with pytest.raises(MemoryError, match="7"):
        list(mapped(work, [7, 8], 2))
