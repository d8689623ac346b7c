"""`fleet check --on ssh:…` through real sshd's: members that answer, are down, have no Python, hang, flood, and lie."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from envprobe import cli
from envprobe.baseline import Baseline, to_json
from envprobe.command.fleet import Asking, check_fleet
from envprobe.probing.collect import Options, collect
from envprobe.report import Verdict

pytestmark = pytest.mark.real

QUICK = Options(benchmark="off", integrity=False, timeout_s=60)


@pytest.fixture
def desk(account, tmp_path, monkeypatch) -> Path:
    """A folder with a baseline of this very account, and an inventory of hosts that are good and bad."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "baselines").mkdir()
    here = collect(f"ssh://{account}{sys.executable}", QUICK)
    (tmp_path / "baselines" / "here.json").write_bytes(to_json(Baseline(name="here", kind="recorded", fingerprint=here)))
    return tmp_path


def _python(desk: Path, name: str, program: str) -> str:
    path = desk / name / "python3"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{program}\n")
    path.chmod(0o755)
    return str(path)


def _inventory(desk: Path, account: str, **pythons: str) -> str:
    user, _, place = account.partition("@")
    host, _, port = place.partition(":")
    rows = [
        f"{name} ansible_host={host} ansible_port={port} ansible_user={user} ansible_python_interpreter={python}"
        for name, python in pythons.items()
    ]
    (desk / "inventory.ini").write_text("\n".join(["[lab]", *rows, ""]))
    return "ssh:inventory.ini"


def test_good_and_bad_members_of_one_fleet(account, desk):
    """Those that answer are one class; each of the others is unreachable for a reason of its own, within its time."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        engine = _inventory(
            desk,
            account,
            n1=sys.executable,
            n2=sys.executable,
            missing="/nowhere/python3",
            hangs=_python(desk, "hangs", f"echo $$ > {desk}/pid; exec sleep 1000"),
            floods=_python(desk, "floods", "exec yes envprobe"),
            lies=_python(desk, "lies", 'exec echo \'{"schema": "envprobe.answer/1"}\''),
        )
        with (desk / "inventory.ini").open("a") as stream:
            stream.write(f"down ansible_host=127.0.0.1 ansible_port={free.getsockname()[1]}\n")
        try:
            options = Options(benchmark="off", integrity=False, timeout_s=10)
            report = check_fleet(engine, "here", options=options, asking=Asking(parallel=8))
        finally:
            os.kill(int((desk / "pid").read_text()), signal.SIGKILL)  # nobody reaches over there; a probe ends itself
    assert [(one.members, one.verdict) for one in report.classes] == [(("n1", "n2"), Verdict.REPRODUCES)]
    reasons = {one.member: one.reason for one in report.unreachable}
    assert report.verdict is Verdict.UNDETERMINED
    for member, words in {
        "missing": "/nowhere/python3",
        "hangs": "no answer in time",
        "floods": "more than is read",
        "lies": "no answer",
        "down": "Connection refused",
    }.items():
        assert words in reasons.pop(member)
    assert reasons == {}


def test_a_driver_that_is_interrupted_keeps_what_arrived_and_leaves_nothing(account, desk):
    """Ctrl-C: the ssh clients end at once, the answers are on disk, and --resume asks the others alone."""
    slow = _python(desk, "slow", f"echo $PPID > {desk}/pid; sleep 600")
    engine = _inventory(desk, account, n1=sys.executable, slow=slow)
    argv = ["fleet", "check", "--on", engine, "--baseline", "here", "--no-benchmark", "--no-integrity", "--spool", "s.jsonl"]
    with subprocess.Popen([sys.executable, "-m", "envprobe", *argv], stderr=subprocess.PIPE, start_new_session=True) as driver:
        until = time.monotonic() + 60
        while not ((desk / "pid").exists() and b'"n1"' in _read(desk / "s.jsonl")):
            assert time.monotonic() < until and driver.poll() is None
            time.sleep(0.1)
        driver.send_signal(signal.SIGINT)
        _, err = driver.communicate(timeout=20)
    assert driver.returncode == 130
    assert b"1 members answered" in err and b"--resume" in err
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert not [row for row in listed.splitlines() if row.startswith("ssh ") and slow in row]
    _inventory(desk, account, n1="/nowhere/python3", slow=sys.executable)
    assert cli.main([*argv, "--resume", "--format", "json", "--output", "r.json"]) == 0
    assert json.loads((desk / "r.json").read_bytes())["answered"] == 2


HANGS = """
import os, time, sys
asked = os.sched_getaffinity
def hang(pid):
    if "envprobe_probe.main" in sys.modules:
        open({place!r}, "w").write(str(os.getpid()))
        time.sleep(600)
    return asked(pid)
os.sched_getaffinity = hang
"""


def _shimmed(desk: Path, name: str, program: str) -> str:
    """Return an interpreter that runs a program of the test's before the probe."""
    (desk / f"{name}-shim").mkdir()
    (desk / f"{name}-shim" / "sitecustomize.py").write_text(program)
    return _python(desk, name, f'PYTHONPATH={desk}/{name}-shim exec {sys.executable} "$@"')


def test_a_driver_that_is_killed_leaves_nothing_behind(account, desk):
    """SIGKILL while one member answers and one hangs: what arrived is on disk, and over there the probe ends by itself."""
    hung = desk / "pid"
    engine = _inventory(desk, account, n1=sys.executable, hangs=_shimmed(desk, "hangs", HANGS.format(place=str(hung))))
    argv = ["fleet", "check", "--on", engine, "--baseline", "here", "--no-benchmark", "--no-integrity", "--spool", "s.jsonl"]
    with subprocess.Popen([sys.executable, "-m", "envprobe", *argv, "--timeout", "20"], stderr=subprocess.DEVNULL) as driver:
        until = time.monotonic() + 60
        while not (_read(hung) and b'"n1"' in _read(desk / "s.jsonl")):
            assert time.monotonic() < until and driver.poll() is None
            time.sleep(0.1)
        driver.kill()
    until = time.monotonic() + 60
    while Path(f"/proc/{int(hung.read_text())}").exists():
        assert time.monotonic() < until
        time.sleep(0.2)
    _inventory(desk, account, n1="/nowhere/python3", hangs=sys.executable)
    assert cli.main([*argv, "--resume", "--format", "json", "--output", "r.json"]) == 0
    assert json.loads((desk / "r.json").read_bytes())["answered"] == 2


FLIPS = """
import math, os
move, right = os.sched_setaffinity, math.exp
def pinned(pid, cores):
    move(pid, cores)
    with open({place!r}, "a") as runs:
        runs.write("".join(f"{{core}}," for core in cores))
    if cores == {{{core}}} and open({place!r}).read().split(",").count("{core}") == 2:
        math.exp = lambda value: math.nextafter(right(value), math.inf)
os.sched_setaffinity = pinned
"""


def test_a_core_that_flips_a_bit_is_named(account, desk):
    """The second of the runs on one core computes the last bit of exp otherwise: which core, where, how often, and no other."""
    core = max(os.sched_getaffinity(0))
    python = _shimmed(desk, "flips", FLIPS.format(place=str(desk / "runs"), core=core))
    engine = _inventory(desk, account, sound=sys.executable, flips=python)
    options = Options(integrity=False, timeout_s=300)
    report = check_fleet(engine, "here", options=options, asking=Asking(burn_in_s=0.1, parallel=1))
    (odd,) = report.unstable
    assert (odd.member, odd.part, odd.odd, odd.stages) == ("flips", f"core {core}", 1, ("host/libm/exp",))
    assert report.burn_in is not None and report.burn_in.members == 2 and report.burn_in.fewest >= 2


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
