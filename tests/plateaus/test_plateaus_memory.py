"""The experiments on a machine that holds little: slower, and the same."""

from functools import partial

import pandas as pd
import pytest
import torch

import tiny
from litmus import tables
from litmus.corpus.tokens import table
from litmus.errors import LitmusError
from litmus.last_position import FINAL, LastPosition
from litmus.plateaus import curves, laboratory, optimum, plane, simplex
from litmus.plateaus.laboratory import in_laboratory
from litmus.subject import checkpoint


def bases(at, block):
    """Experiments 1 and 2, and layer by layer the fifth, are curves of drawn lines."""
    return curves.measure(at, curves.by_base(at, block), block).sizes


EXPERIMENTS = {
    "curves": bases,
    "plane": plane.landscape,
    "simplex": simplex.landscape,
    "optimum": partial(optimum.tested, confidence=0.95),
}


class Small(LastPosition):
    """The subject on a machine whose memory ends at 16 tokens."""

    most = 16

    def effect(self, points, bases):
        """As ever, or out of memory."""
        if self.budget > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return super().effect(points, bases)


@pytest.fixture
def found(block, tmp_path):
    """What an experiment finds with a subject and tokens that lie on disk, 64 tokens at once."""
    checkpoint.save(tmp_path, *tiny.subject("folded"))
    tokens = tiny.tokens(46, 6).numpy().astype("int32")
    tables.write(table(tokens, tokens[:2]), tmp_path / "tokens.parquet")
    own = {"bases": 4, "reference": 20, "positions": 5, "batch_size": 64, "read": FINAL}
    own |= block | {"base_kinds": ["real", "random"], "steps": 8}

    def run(experiment):
        files = tmp_path, tmp_path / "tokens.parquet"
        done = partial(experiment, block=own)
        return in_laboratory(done, *files, tiny.HOOK, own, 0, torch.device("cpu"))

    return run


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_out_of_memory_begins_an_experiment_again_with_half(experiment, found, monkeypatch, capsys):
    """64 tokens, 32, then 16: all that was found is found again, but for rounding."""
    whole = found(experiment)
    monkeypatch.setattr(laboratory, "LastPosition", Small)
    pd.testing.assert_frame_equal(found(experiment), whole, rtol=1e-4, atol=1e-5)
    said = capsys.readouterr().err.splitlines()
    assert [line.partition("again with ")[2].partition(";")[0] for line in said] == ["32", "16"]
    assert all("plateaus.batch_size: too many tokens at once" in line for line in said)


def test_an_experiment_that_fits_in_no_way_is_a_sentence(found, monkeypatch):
    """It names the key."""
    monkeypatch.setattr(Small, "most", 0)
    monkeypatch.setattr(laboratory, "LastPosition", Small)
    with pytest.raises(LitmusError, match=r"^plateaus\.batch_size: out of memory .* its tokens"):
        found(plane.landscape)
