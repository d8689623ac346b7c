"""Clusters of a test's own on this machine: Slurm with four nodes, Dask with a host each on the loopback."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
import unittest
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.engine import missing

SLURM = """
ClusterName=envprobe
SlurmctldHost=localhost
SlurmctldPort={controller}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge/socket
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/builtin
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmdSpoolDir={folder}/spool-%n
StateSaveLocation={folder}/state
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
SlurmctldTimeout=30
SlurmdTimeout=10
InactiveLimit=30
ReturnToService=2
MpiDefault=none
SwitchType=switch/none
{nodes}
PartitionName=lab Nodes=n[1-{number}] Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
"""


def free_ports(number: int) -> list[int]:
    """Return ports that nobody listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def require(words: str, *found: object) -> None:
    """Skip where a cluster's programs are not here: `nox -s fleet-slurm` and its like promise them, and then it fails."""
    if not all(found):
        if os.environ.get("ENVPROBE_REQUIRE_CLUSTER"):
            missing(f"no {words} here")
        raise unittest.SkipTest(f"no {words} here; see `nox -l`")


@contextmanager
def slurm(folder: Path, number: int = 4) -> Iterator[Path]:
    """Run a controller and so many nodes; SLURM_CONF points at them. A folder with `node(name)`'s pid files is given."""
    require("slurmctld, slurmd, slurm-client and munge", *map(shutil.which, ("slurmctld", "slurmd", "srun", "munged")))
    controller, *ports = free_ports(number + 1)
    nodes = "\n".join(
        f"NodeName=n{index} NodeHostname=localhost NodeAddr=127.0.0.1 Port={port} CPUs=1 RealMemory=100 State=UNKNOWN"
        for index, port in enumerate(ports, 1)
    )
    conf = folder / "slurm.conf"
    (folder / "state").mkdir()
    munge = folder / "munge"
    munge.mkdir(mode=0o755)
    (munge / "key").write_bytes(os.urandom(1024))
    (munge / "key").chmod(0o400)
    text = SLURM.format(controller=controller, user=getpass.getuser(), folder=folder, nodes=nodes, number=number)
    conf.write_text(text)
    with ExitStack() as stack:
        for parent in (folder, *folder.parents):  # munged refuses a socket below a folder that others may not enter
            if parent.is_relative_to("/tmp") and parent != Path("/tmp"):
                parent.chmod(parent.stat().st_mode | 0o055)
        options = [
            f"--socket={munge}/socket",
            f"--key-file={munge}/key",
            f"--log-file={munge}/log",
            f"--pid-file={munge}/pid",
            f"--seed-file={munge}/seed",
        ]
        stack.enter_context(running(["munged", "--foreground", "--force", *options], folder / "munged.log"))
        until(lambda: (munge / "socket").exists())
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SLURM_CONF", str(conf))
            stack.enter_context(running(["slurmctld", "-D", "-f", str(conf)], folder / "slurmctld.out"))
            for index in range(1, number + 1):
                (folder / f"spool-n{index}").mkdir()
                stack.enter_context(
                    running(["slurmd", "-D", "-N", f"n{index}", "-f", str(conf)], folder / f"slurmd-n{index}.out")
                )
            until(lambda: _idle() == number)
            yield folder


def _idle() -> int:
    listed = subprocess.run(["sinfo", "--noheader", "--Node", "--format=%T"], capture_output=True, text=True, check=False)
    return listed.stdout.split().count("idle")


@contextmanager
def dask(folder: Path, hosts: int = 3) -> Iterator[tuple[str, dict[str, subprocess.Popen[bytes]]]]:
    """Run a scheduler and a worker a host, 127.0.0.2 and on; give the scheduler's address and the workers by host."""
    (port,) = free_ports(1)
    scheduler = f"tcp://127.0.0.1:{port}"
    with ExitStack() as stack:
        stack.enter_context(
            running(
                [
                    sys.executable,
                    "-m",
                    "distributed.cli.dask_scheduler",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    str(port),
                    "--no-dashboard",
                ],
                folder / "scheduler.log",
            )
        )
        workers = {}
        for index in range(2, 2 + hosts):
            argv = [
                sys.executable,
                "-m",
                "distributed.cli.dask_worker",
                scheduler,
                "--host",
                f"127.0.0.{index}",
                "--no-nanny",
                "--no-dashboard",
                "--nthreads",
                "1",
                "--local-directory",
                str(folder / f"w{index}"),
            ]
            workers[f"127.0.0.{index}"] = stack.enter_context(running(argv, folder / f"worker{index}.log"))
        yield scheduler, workers


@contextmanager
def running(argv: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of a cluster until the end, its words in a file."""
    with (
        log.open("wb") as stream,
        subprocess.Popen(argv, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for what other programs do: there is nothing to wait on but to look again."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("a cluster did not come up")
        time.sleep(0.1)
