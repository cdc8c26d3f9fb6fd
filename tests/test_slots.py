"""Slots held by processes: real ones, which contend, fork, start others and are killed."""

import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

from litmus import slots
from litmus.errors import LitmusError

SCRIPTS = Path(__file__).parents[1] / "scripts"
DEVICES, PATIENCE = ["a", "b", "c"], 30
TAKE = """
import os, subprocess, sys, time
from multiprocessing import get_context
from pathlib import Path
from litmus import slots

def take(each=1, names=("a", "b", "c")):
    return slots.take(names, each, Path(sys.argv[1]), "a GPU", every=0.005)
"""


def start(folder, body, **options):
    """A process that has `take` and does `body`."""
    command = [sys.executable, "-c", TAKE + body, str(folder)]
    return subprocess.Popen(command, cwd=SCRIPTS, text=True, stdout=subprocess.PIPE, **options)


def take(folder, names=("a",)):
    """Take a slot in another process, which ends at once: the seconds that it took."""
    started = time.monotonic()
    process = start(folder, f"take(names={names!r})")
    assert process.wait(PATIENCE) == 0
    return time.monotonic() - started


HOLD = """
took = take(names=["a"])
print("held", flush=True)
"""


@pytest.fixture
def holder(tmp_path):
    """Starts a process that holds the only slot and then does what it is told; ended at the end."""
    started = []

    def hold(then="time.sleep(60)"):
        process = start(tmp_path, HOLD + then)
        started.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield hold
    for process in started:
        process.kill()
        process.communicate()


def free(folder):
    """Whether a slot of `a` is free now, in the eyes of a process that holds none."""
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.write(write, b"y" if slots._lock(folder / "a.0") else b"n")
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    with os.fdopen(read) as answer:
        return answer.read() == "y"


def test_no_slot_has_two_holders_and_everyone_gets_a_turn(tmp_path):
    """Twelve processes, three devices of two slots: what they say they held never overlaps."""
    body = """
for name in sys.stdin.read().split():
    took = take(each=2)
began = time.monotonic()
time.sleep(0.05)
print(took, began, time.monotonic(), flush=True)
"""
    processes = [start(tmp_path, body, stdin=subprocess.PIPE) for _ in range(12)]
    for process in processes:  # all at once, as far as that goes
        process.stdin.write("go")
        process.stdin.close()
    lines = [process.stdout.read().split() for process in processes]
    assert [process.wait(PATIENCE) for process in processes] == [0] * 12
    held = defaultdict(list)
    for place, began, ended in lines:
        held[DEVICES[int(place)]].append((float(began), float(ended)))
    assert set(held) == set(DEVICES)
    most = {
        device: max(sum(b <= at < e for b, e in times) for at, _ in times)
        for device, times in held.items()
    }
    assert max(most.values()) == 2


def test_first_slots_before_second_ones(tmp_path):
    """Load is spread: of six that stay, the first three are alone on their device."""
    body = "print(take(each=2), flush=True)\nsys.stdin.read()"
    processes, places = [], []
    for _ in range(6):
        processes.append(start(tmp_path, body, stdin=subprocess.PIPE))
        places.append(int(processes[-1].stdout.readline()))
    for process in processes:
        process.communicate()
    assert places == [0, 1, 2, 0, 1, 2]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_process_holds_nothing(holder, tmp_path, how):
    """The kernel takes the slot back when the process is gone, at once."""
    process = holder()
    assert not free(tmp_path)
    process.send_signal(how)
    process.wait(PATIENCE)
    assert free(tmp_path)


@pytest.mark.parametrize("then", ["1 / 0", "os._exit(3)", "pass"])
def test_a_process_that_ends_holds_nothing(holder, tmp_path, then):
    """With an error, without clean-up, or in peace."""
    holder(then).wait(PATIENCE)
    assert free(tmp_path)


@pytest.mark.parametrize(
    "child",
    [
        "os.fork() or time.sleep(60)",
        "subprocess.Popen(['sleep', '60'])",
        "subprocess.Popen(['sleep', '60'], close_fds=False)",
        "get_context('fork').Process(target=time.sleep, args=(60,)).start()",
    ],
    ids=["fork", "started", "started with all files", "multiprocessing"],
)
def test_children_do_not_keep_the_lock(holder, tmp_path, child):
    """A process that outlives the holder, forked or started by it, has no part in the slot."""
    told = "\nif os.getpid() == me: print('born', flush=True); time.sleep(60)"
    process = holder(f"me = os.getpid()\n{child}{told}")
    assert process.stdout.readline() == "born\n"
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == 1
    assert not free(tmp_path)
    process.kill()
    process.wait(PATIENCE)
    assert Path(f"/proc/{children[0]}").exists()
    assert free(tmp_path)
    os.kill(int(children[0]), signal.SIGKILL)


def test_a_slot_that_was_cleaned_up_while_held_is_taken_once(holder, tmp_path):
    """Who opens the file before it is removed and locks it after has another file than the rest."""
    holder()
    path = tmp_path / "a.0"
    waiting = os.open(path, os.O_RDWR)
    path.unlink()
    assert free(tmp_path)  # in a file of its own, which it made
    assert path.stat().st_ino != os.fstat(waiting).st_ino
    os.close(waiting)


def test_who_waits_says_so(holder, tmp_path):
    """One line at once, on standard error, and no more within the minute."""
    process = holder()
    waiting = start(tmp_path, "take(names=['a'])", stderr=subprocess.PIPE)
    line = waiting.stderr.readline()
    assert line == "[waiting for a GPU] taken: 1/1, 0 s gone\n"
    assert waiting.poll() is None
    process.kill()
    assert waiting.communicate(timeout=PATIENCE)[1] == ""
    assert waiting.returncode == 0


def test_a_free_slot_is_taken_without_a_word(tmp_path, capfd):
    """Nothing on the console, and no time lost."""
    slots.take(["x"], 1, tmp_path, "a GPU")
    assert capfd.readouterr() == ("", "")
    assert take(tmp_path) < 5


def test_each_user_and_machine_has_a_folder(monkeypatch, tmp_path):
    """Below the temporary one, and closed to others."""
    monkeypatch.setattr(slots.tempfile, "tempdir", str(tmp_path))
    folder = slots.folder()
    assert str(os.getuid()) in folder.parts[-2] and folder.name == os.uname().nodename
    slots.take(["GPU-1/2 x"], 1, folder, "a GPU")
    assert [path.name for path in folder.iterdir()] == ["GPU-1_2_x.0"]
    assert folder.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_used_is_a_sentence(tmp_path):
    """It says what to set."""
    (tmp_path / "file").write_text("")
    with pytest.raises(LitmusError, match=r"file/a\.0: .*; set TMPDIR to a folder"):
        slots.take(["a"], 1, tmp_path / "file", "a GPU")
