"""A few slots on this machine, each held by one process: file locks that the kernel releases.

Whoever has a slot's file locked has the slot, until its process ends, however it ends. Nothing has
to be cleaned up, and a file that is left behind means nothing.
"""

import fcntl
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from litmus.errors import LitmusError

# The files that this process has locked: closing one is the end of its lock.
_HELD: dict[Path, int] = {}
TELL = 60.0  # seconds from one line of a waiting process to the next


def folder() -> Path:
    """Where this user's slots on this machine lie: below the temporary folder, `$TMPDIR`.

    Not in `$XDG_RUNTIME_DIR`, which is emptied when its user logs out while jobs go on. The
    machine's name is part of it, for a temporary folder may be shared between machines.
    """
    return Path(tempfile.gettempdir(), f"litmus-{os.getuid()}", os.uname().nodename)


def take(names: Sequence[str], each: int, where: Path, what: str, every: float = 0.5) -> int:
    """Hold one slot of one of `names` for the rest of this process's life; wait for it if need be.

    Every name's first slot is tried before any second one, so that load is spread. A process that
    holds a slot of these has no need of another.

    Args:
        names: what there is, e.g. the devices' own numbers; the same in all processes.
        each: slots of each.
        where: the folder of the slots.
        what: is being waited for, in words.
        every: seconds between two attempts.

    Returns:
        The place of the name in `names`.

    Raises:
        LitmusError: no file can be made or locked there.
    """
    slots = [
        (place, where / f"{re.sub(r'[^A-Za-z0-9-]', '_', name)}.{number}")
        for number in range(each)
        for place, name in enumerate(names)
    ]
    for place, path in slots:
        if path in _HELD:
            return place
    started, told = time.monotonic(), -TELL
    while True:
        for place, path in slots:
            if _lock(path):
                return place
        gone = time.monotonic() - started
        if gone - told >= TELL:
            told = gone
            line = f"[waiting for {what}] taken: {len(slots)}/{len(slots)}, {gone:.0f} s gone"
            print(line, file=sys.stderr, flush=True)
        time.sleep(every)


def _lock(path: Path) -> bool:
    """Whether the slot was free; then it is this process's."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Programs that this process starts do not inherit the file, and so not the lock.
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        file = os.open(path, flags, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Cleaned up between opening and locking, it is not the file that others see.
            locked = path.exists() and os.fstat(file).st_ino == path.stat().st_ino
        except BlockingIOError:
            locked = False
        if not locked:
            os.close(file)
            return False
    except OSError as error:
        raise LitmusError(
            f"{path}: a slot's lock could not be made there ({error.strerror}); set TMPDIR to a "
            "folder on this machine's own disk that you can write to"
        ) from error
    _HELD[path] = file
    return True


def _forget() -> None:
    """A fork has the same open files: it must not keep the lock when its parent is gone."""
    for file in _HELD.values():
        os.close(file)
    _HELD.clear()


os.register_at_fork(after_in_child=_forget)
