"""A real Slurm on this machine for as long as a test needs it: one node with two pretend GPUs.

By hand, as root: `python tests/slurm/cluster.py` starts it, and stops it at Ctrl-C.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "scancel")
# Slurm's own programs find it there alone: a job's step forgets $SLURM_CONF.
CONFIG = Path("/etc/slurm")
SOCKET = Path("/run/munge")
PATIENCE = 30
# Jobs stay known when they are done, and any request for memory is granted: the cores alone decide
# how many run.
SLURM_CONF = """
ClusterName=toy
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000
SlurmdParameters=config_overrides
ReturnToService=2
MinJobAge=3600
KillWait=5
GresTypes=gpu
MpiDefault=none
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory=4000000 Gres=gpu:fake:2 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE DefMemPerCPU=1000 State=UP
"""


def missing() -> str | None:
    """Why there can be no cluster here; None where there can."""
    path = os.environ["PATH"] + os.pathsep + "/usr/sbin"
    absent = [name for name in PROGRAMS if shutil.which(name, path=path) is None]
    if absent:
        return f"Slurm is not installed here: no {', '.join(absent)}"
    if os.getuid() != 0:
        return "Slurm's daemons want root"
    if (CONFIG / "slurm.conf").exists():
        return f"{CONFIG}/slurm.conf exists: a cluster of this machine's own is left alone"
    return None


@contextmanager
def running(cores: int = 2) -> Iterator[Path]:
    """A cluster of so many cores; everything about it is gone at the end.

    Yields:
        The folder of its logs.
    """
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    made = [path for path in (CONFIG, SOCKET) if not path.exists()]
    written = [CONFIG / "slurm.conf", CONFIG / "gres.conf"]
    munged = None
    daemons: list[subprocess.Popen] = []
    try:
        for name in ("state", "spool"):
            (folder / name).mkdir()
        for number in range(2):
            subprocess.run(["mknod", folder / f"gpu{number}", "c", "1", "3"], check=True)
        CONFIG.mkdir(exist_ok=True)
        host = os.uname().nodename.split(".")[0]
        written[0].write_text(SLURM_CONF.format(host=host, folder=folder, cores=cores))
        written[1].write_text(f"NodeName={host} Name=gpu Type=fake File={folder}/gpu[0-1]\n")
        munged = _munge()
        for name in ("slurmctld", "slurmd"):
            with (folder / f"{name}.out").open("w") as out:
                # In the foreground, so that it is known which process to end.
                command = [f"/usr/sbin/{name}", "-D"]
                daemons.append(subprocess.Popen(command, stdout=out, stderr=out))
            _until(lambda: _answers("scontrol", "ping"), folder)
        _until(lambda: "idle" in _said("sinfo", "-h", "-o", "%T"), folder)
        yield folder
    finally:
        if daemons:
            subprocess.run(["scancel", "--user", "root"], capture_output=True, timeout=PATIENCE)
            time.sleep(1)
        for daemon in reversed([*daemons, *([munged] if munged else [])]):
            daemon.terminate()
            try:
                daemon.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                daemon.kill()
        for path in written:
            path.unlink(missing_ok=True)
        for path in (*made, folder):
            shutil.rmtree(path, ignore_errors=True)


def _munge() -> subprocess.Popen | None:
    """The daemon that Slurm's parts know each other by; None where one runs already."""
    if _answers("munge", "-n"):
        return None
    SOCKET.mkdir(exist_ok=True)
    shutil.chown(SOCKET, "munge", "munge")
    command = ["runuser", "-u", "munge", "--", "/usr/sbin/munged", "--foreground", "--force"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _until(lambda: _answers("munge", "-n"), None)
    return process


def _answers(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, timeout=PATIENCE).returncode == 0


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE).stdout


def _until(there: object, folder: Path | None) -> None:
    started = time.monotonic()
    while not there():
        if time.monotonic() - started > PATIENCE:
            logs = (
                "\n".join(path.read_text() for path in sorted(folder.glob("*.log")))
                if folder
                else ""
            )
            raise RuntimeError(f"Slurm did not start:\n{logs}")
        time.sleep(0.1)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if why := missing():
        raise SystemExit(why)
    with running() as logs:
        print(f"running; logs in {logs}", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("stopped")
