"""`fleet check --on ray:…` on a real Ray cluster of three nodes: those that answer, and one that died."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from envprobe.baseline import Baseline, to_json
from envprobe.probing.collect import Options, collect
from tests.support.cluster import require

pytestmark = pytest.mark.real

CLUSTER = """
import sys
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
print(cluster.address, flush=True)
for line in sys.stdin:
    cluster.remove_node(nodes.pop())
    print("removed", flush=True)
"""


def test_every_node_answers_and_a_dead_one_is_not_dropped(tmp_path, monkeypatch):
    """Three nodes are one class; one that was taken away is unreachable with Ray's own reason."""
    require("ray", find_spec("ray"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    here = collect(f"local://{sys.executable}", Options(benchmark="off", integrity=False))
    Path("here.json").write_bytes(to_json(Baseline(name="here", kind="recorded", fingerprint=here)))
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", CLUSTER], stdin=pipe, stdout=pipe, text=True) as cluster:
        address = cluster.stdout.readline().strip()
        first = _check(address)
        assert [len(one["members"]) for one in first["classes"]] == [3] and first["unreachable"] == []
        cluster.stdin.write("remove\n")
        cluster.stdin.flush()
        assert cluster.stdout.readline().strip() == "removed"
        until = time.monotonic() + 60
        while not (second := _check(address))["unreachable"]:
            assert time.monotonic() < until
        assert [len(one["members"]) for one in second["classes"]] == [2]
        assert "dead" in second["unreachable"][0]["reason"]
        cluster.stdin.close()


def _check(address: str):
    argv = [
        "fleet",
        "check",
        "--on",
        f"ray:{address}",
        "--baseline",
        "here.json",
        "--no-benchmark",
        "--no-integrity",
        "--format",
        "json",
    ]
    done = subprocess.run([sys.executable, "-m", "envprobe", *argv], capture_output=True, text=True, timeout=200)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)
