"""Progress of one long stage: how far it is and how long it will still take."""

import sys
import time


class Progress:
    """Prints `stage: done/total unit (share), time left` every few seconds to standard error.

    Args:
        stage: what is being done, e.g. `training the model`.
        total: how many units there are.
        unit: what is counted.
        every: seconds between two lines.
    """

    def __init__(self, stage: str, total: int, unit: str = "steps", every: float = 5.0) -> None:
        self.stage, self.total, self.unit, self.every = stage, total, unit, every
        self.done = self.skipped = 0
        self.started = self.printed = time.monotonic()

    def skip(self, units: int) -> None:
        """Count units that an earlier run did, and that say nothing about this one's pace."""
        self.done += units
        self.skipped += units

    def advance(self, by: int = 1) -> None:
        """Count `by` more units; print when a line is due or the end is reached."""
        self.done += by
        now = time.monotonic()
        if now - self.printed >= self.every or (
            self.done >= self.total and now - self.started >= self.every
        ):
            self.printed = now
            print(self.line(now - self.started), file=sys.stderr, flush=True)

    def line(self, elapsed: float) -> str:
        """The line that is printed after `elapsed` seconds."""
        done = self.done - self.skipped
        left = elapsed / done * (self.total - self.done) if done else float("nan")
        return (
            f"[{self.stage}] {self.done}/{self.total} {self.unit} "
            f"({100 * self.done // self.total} %), {elapsed:.0f} s gone, {left:.0f} s left"
        )
