"""`fleet check --on dask:…` on a real Dask cluster: hosts that answer, and one that is cut off."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from envprobe import cli
from envprobe.baseline import Baseline, to_json
from envprobe.command.fleet import Asking, check_fleet
from envprobe.probing.collect import Options, collect
from envprobe.report import Verdict
from tests.support.cluster import dask, require, until

pytestmark = pytest.mark.real

QUICK = Options(benchmark="off", integrity=False, timeout_s=60)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler and three hosts."""
    require("distributed", find_spec("distributed"))
    from distributed import Client

    with dask(tmp_path_factory.mktemp("dask")) as (address, workers):
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(len(workers), timeout=60)
        yield address, workers


@pytest.fixture(autouse=True)
def desk(cluster, tmp_path, monkeypatch) -> Path:
    """A folder with a baseline of this very Python."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    here = collect(f"local://{sys.executable}", QUICK)
    (tmp_path / "baselines").mkdir()
    (tmp_path / "baselines" / "here.json").write_bytes(to_json(Baseline(name="here", kind="recorded", fingerprint=here)))
    return tmp_path


def test_every_host_answers_once(cluster):
    """A worker a host, and the environment of the worker."""
    report = check_fleet(f"dask:{cluster[0]}", "here", options=QUICK, asking=Asking())
    assert report.verdict is Verdict.REPRODUCES
    assert [one.members for one in report.classes] == [("127.0.0.2", "127.0.0.3", "127.0.0.4")]


def test_a_host_that_is_cut_off_keeps_nobody_waiting(cluster):
    """A worker that hangs is unreachable within half a minute, and the others are judged."""
    address, workers = cluster
    workers["127.0.0.3"].send_signal(signal.SIGSTOP)
    began = time.monotonic()
    try:
        report = check_fleet(f"dask:{address}", "here", options=QUICK, asking=Asking())
    finally:
        workers["127.0.0.3"].send_signal(signal.SIGCONT)
    assert time.monotonic() - began < 45
    assert [one.member for one in report.unreachable] == ["127.0.0.3"]
    assert report.answered == 2


def test_a_driver_that_is_killed_leaves_nothing_behind(cluster, desk):
    """SIGKILL while a probe hangs: two answers are on disk, its worker ends the third by itself, and --resume asks there alone."""
    address, workers = cluster
    worker, spool = workers["127.0.0.3"].pid, desk / "s.jsonl"
    argv = ["fleet", "check", "--on", f"dask:{address}", "--baseline", "here", "--no-benchmark", "--no-integrity"]
    argv += ["--spool", str(spool), "--timeout", "20"]
    with subprocess.Popen([sys.executable, "-m", "envprobe", *argv], stderr=subprocess.DEVNULL) as driver:
        until(lambda: _children(worker) != [])
        (probe,) = _children(worker)
        os.kill(probe, signal.SIGSTOP)
        until(lambda: spool.read_bytes().count(b'"ids"') == 2)
        driver.kill()
    before = spool.read_bytes()
    assert b'"127.0.0.3"' not in before
    until(lambda: _children(worker) == [])
    assert cli.main([*argv, "--resume", "--format", "json", "--output", "r.json"]) == 0
    assert json.loads(Path("r.json").read_bytes())["answered"] == 3
    assert spool.read_bytes().startswith(before)
    assert spool.read_bytes().count(b'"ids"') == 3


def _children(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "--ppid", str(parent), "-o", "pid="], capture_output=True, text=True, check=False)
    return [int(word) for word in listed.stdout.split()]


def test_no_scheduler_is_trouble(capsys):
    """Exit status 2, with the address."""
    assert cli.main(["fleet", "check", "--on", "dask:tcp://127.0.0.1:1", "--baseline", "here"]) == 2
    assert "tcp://127.0.0.1:1" in capsys.readouterr().err
