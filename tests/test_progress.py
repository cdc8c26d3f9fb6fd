"""Progress of a long stage."""

import pytest

from litmus import progress
from litmus.progress import Progress


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand: `clock.now`."""

    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def test_a_line_by_hand():
    """30 of 120 in 10 s leave 90, at 3 a second."""
    stage = Progress("sampling", 120, "steps")
    stage.done = 30
    assert stage.line(10.0) == "[sampling] 30/120 steps (25 %), 10 s gone, 30 s left"


def test_a_line_every_few_seconds(clock, capsys):
    """Not one a step: at 5, 10 and 15 seconds of 15, to standard error."""
    stage = Progress("training", 15, every=5.0)
    for _ in range(15):
        clock.now += 1
        stage.advance()
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(" (")[0] for line in err.splitlines()] == [
        "[training] 5/15 steps",
        "[training] 10/15 steps",
        "[training] 15/15 steps",
    ]


def test_the_end_is_told(clock, capsys):
    """A stage that took long says when it is done, though no line is due."""
    stage = Progress("caching", 100, "sequences", every=5.0)
    clock.now += 6
    stage.advance(60)
    clock.now += 1
    stage.advance(40)
    assert capsys.readouterr().err.splitlines()[-1] == (
        "[caching] 100/100 sequences (100 %), 7 s gone, 0 s left"
    )


def test_a_short_stage_says_nothing(clock, capsys):
    """Done before the first line is due."""
    stage = Progress("caching", 3)
    for _ in range(3):
        clock.now += 1
        stage.advance()
    assert capsys.readouterr().err == ""


def test_nothing_done_yet_is_no_crash(clock, capsys):
    """A resumed stage may begin by counting nothing."""
    stage = Progress("training", 10)
    clock.now += 6
    stage.advance(0)
    assert "0/10 steps (0 %), 6 s gone" in capsys.readouterr().err


def test_what_an_earlier_run_did_says_nothing_about_the_pace():
    """90 of 120 were there at the start; 10 more in 10 s leave 20, at 1 a second."""
    stage = Progress("training", 120)
    stage.skip(90)
    stage.done += 10
    assert stage.line(10.0) == "[training] 100/120 steps (83 %), 10 s gone, 20 s left"
