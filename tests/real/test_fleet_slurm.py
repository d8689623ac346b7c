"""`fleet check --on slurm:…` on a real Slurm of four nodes: members that answer, are drained, busy, dead, without Python."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from envprobe import cli
from envprobe.baseline import Baseline, to_json
from envprobe.command.fleet import Asking, check_fleet
from envprobe.error import EnvprobeError
from envprobe.fleet.report import FleetReport
from envprobe.probing.collect import Options, collect
from envprobe.report import Verdict
from tests.support.cluster import slurm

pytestmark = pytest.mark.real

ENGINE = f"slurm:lab{sys.executable}"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Four nodes."""
    with slurm(tmp_path_factory.mktemp("slurm")) as folder:
        yield folder


@pytest.fixture(autouse=True)
def desk(cluster, tmp_path, monkeypatch) -> Path:
    """A folder with a baseline of this very Python; no job is left over afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    here = collect(f"local://{sys.executable}", Options(benchmark="off", integrity=False))
    (tmp_path / "baselines").mkdir()
    (tmp_path / "baselines" / "here.json").write_bytes(to_json(Baseline(name="here", kind="recorded", fingerprint=here)))
    yield tmp_path
    subprocess.run(["scancel", "--user", "root"], check=False)


def _check(engine: str = ENGINE, timeout_s: float = 60) -> FleetReport:
    return check_fleet(engine, "here", options=Options(benchmark="off", integrity=False, timeout_s=timeout_s), asking=Asking())


def _members(report: FleetReport) -> list[str]:
    return sorted(member for one in report.classes for member in one.members)


def _jobs() -> list[str]:
    return subprocess.run(["squeue", "--noheader", "--format=%j"], capture_output=True, text=True, check=True).stdout.split()


def test_every_node_is_asked_and_a_drained_one_is_not_dropped(cluster):
    """Nodes with one environment are one class; a drained node is unreachable, with what the administrator wrote."""
    subprocess.run(["scontrol", "update", "nodename=n4", "state=drain", "reason=bad fan"], check=True)
    try:
        report = _check()
    finally:
        subprocess.run(["scontrol", "update", "nodename=n4", "state=resume"], check=True)
    assert _members(report) == ["n1", "n2", "n3"]
    assert {one.verdict for one in report.classes} == {Verdict.REPRODUCES}
    (gone,) = report.unreachable
    assert gone.member == "n4" and "drained" in gone.reason and "bad fan" in gone.reason


def test_a_busy_node_ends_at_the_time_limit_and_leaves_no_job(cluster):
    """Where the queue is full, a member gives up by itself, its job with it; the others answer."""
    busy = subprocess.Popen(["srun", "--nodelist=n2", "--exclusive", "sleep", "300"])
    try:
        while "sleep" not in _jobs():
            time.sleep(0.2)
        report = _check(timeout_s=8)
    finally:
        busy.kill()
        busy.wait()
    assert _members(report) == ["n1", "n3", "n4"]
    assert [one.member for one in report.unreachable] == ["n2"]
    assert not [name for name in _jobs() if name.startswith("envprobe-")]


def test_a_node_without_python_says_so(cluster):
    """The interpreter that is not there is named."""
    report = _check("slurm:lab/nowhere/python3")
    assert report.answered == 0
    assert all("/nowhere/python3" in one.reason for one in report.unreachable)


@pytest.mark.parametrize("engine", ["slurm:nowhere", "slurm:-x", "slurm:lab;id"])
def test_a_partition_that_is_none_is_trouble(engine):
    """Its name is in the error, and nothing is started."""
    with pytest.raises(EnvprobeError):
        _check(engine)


def test_a_controller_that_does_not_answer_is_trouble(monkeypatch, tmp_path, capsys):
    """Exit status 2 with Slurm's own words."""
    (tmp_path / "slurm.conf").write_text(
        "ClusterName=x\nSlurmctldHost=localhost\nSlurmctldPort=1\nNodeName=n1\nPartitionName=p Nodes=n1\n"
    )
    monkeypatch.setenv("SLURM_CONF", str(tmp_path / "slurm.conf"))
    assert cli.main(["fleet", "check", "--on", "slurm:", "--baseline", "here"]) == 2
    assert "sinfo" in capsys.readouterr().err


def test_a_driver_that_is_interrupted_cancels_its_jobs(cluster, desk):
    """Ctrl-C while a node computes: the job is cancelled, the answer of the others is kept."""
    slow = desk / "python3"
    slow.write_text(
        f'#!/bin/sh\n[ "$SLURMD_NODENAME" = n3 ] && {{ touch {desk}/began; exec sleep 600; }}\nexec {sys.executable} "$@"\n'
    )
    slow.chmod(0o755)
    argv = [
        "fleet",
        "check",
        "--on",
        f"slurm:lab{slow}",
        "--baseline",
        "here",
        "--no-benchmark",
        "--no-integrity",
        "--spool",
        "s.jsonl",
    ]
    with subprocess.Popen([sys.executable, "-m", "envprobe", *argv], stderr=subprocess.PIPE, start_new_session=True) as driver:
        until = time.monotonic() + 90
        while not ((desk / "began").exists() and (desk / "s.jsonl").read_bytes().count(b'"member"') == 3):
            assert time.monotonic() < until and driver.poll() is None
            time.sleep(0.2)
        os.kill(driver.pid, signal.SIGINT)
        _, err = driver.communicate(timeout=30)
    assert driver.returncode == 130 and b"3 members answered" in err
    until = time.monotonic() + 30
    while _jobs():
        assert time.monotonic() < until
        time.sleep(0.2)


HANGS = """
import os, sys, time
asked = os.sched_getaffinity
def hang(pid):
    if "envprobe_probe.main" in sys.modules:
        open({place!r}, "w").write(str(os.getpid()))
        time.sleep(600)
    return asked(pid)
os.sched_getaffinity = hang
"""


def test_a_driver_that_is_killed_leaves_no_job_behind(cluster, desk):
    """SIGKILL while a node hangs in the probe: its job ends with the probe's own time limit, and the others need not answer again."""
    (desk / "shim").mkdir()
    (desk / "shim" / "sitecustomize.py").write_text(HANGS.format(place=str(desk / "pid")))
    slow = desk / "python3"
    slow.write_text(
        f'#!/bin/sh\n[ "$SLURMD_NODENAME" = n3 ] && [ ! -e {desk}/well ] && export PYTHONPATH={desk}/shim\nexec {sys.executable} "$@"\n'
    )
    slow.chmod(0o755)
    asked = ["fleet", "check", "--on", f"slurm:lab{slow}", "--baseline", "here", "--spool", "s.jsonl"]
    argv = [*asked, "--no-benchmark", "--no-integrity", "--timeout", "30"]
    with subprocess.Popen([sys.executable, "-m", "envprobe", *argv], stderr=subprocess.DEVNULL, start_new_session=True) as driver:
        until = time.monotonic() + 90
        while not ((desk / "pid").exists() and (desk / "s.jsonl").read_bytes().count(b'"member"') == 3):
            assert time.monotonic() < until and driver.poll() is None
            time.sleep(0.2)
        driver.kill()
    until = time.monotonic() + 90
    while _jobs():
        assert time.monotonic() < until
        time.sleep(0.5)
    (desk / "well").touch()
    assert cli.main([*argv, "--resume", "--format", "json", "--output", "r.json"]) == 0
    assert json.loads((desk / "r.json").read_bytes())["answered"] == 4
