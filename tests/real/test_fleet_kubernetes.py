"""`fleet check --on kubernetes:…` on a real Kubernetes 1.20: nodes by Jobs, pods by exec, and what becomes of those that fail."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from envprobe import cli
from envprobe.baseline import Baseline, to_json
from envprobe.command.fleet import Asking, check_fleet
from envprobe.error import EnvprobeError
from envprobe.fleet.report import FleetReport
from envprobe.probing.collect import Options, collect
from envprobe.report import Verdict
from tests.support import engine
from tests.support.cluster import require, until
from tests.support.kubernetes import NAMESPACE, NODE, Lab, kubernetes

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

QUICK = ("--no-benchmark", "--no-integrity")
PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A cluster of one node."""
    require("cluster: nox -s fleet-kubernetes makes one", os.environ.get("ENVPROBE_REQUIRE_CLUSTER"))
    require("kubernetes, the client", find_spec("kubernetes"))
    with kubernetes(tmp_path_factory.mktemp("kubernetes")) as lab:
        yield lab


@pytest.fixture(autouse=True)
def desk(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a baseline of the small image; nothing of ours is left in the cluster afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("KUBECONFIG", str(lab.kubeconfig))
    here = collect(f"image://{engine.tiny_image()}", Options(benchmark="off", integrity=False))
    (tmp_path / "baselines").mkdir()
    (tmp_path / "baselines" / "here.json").write_bytes(to_json(Baseline(name="here", kind="recorded", fingerprint=here)))
    yield tmp_path
    until(lambda: not lab.ours("jobs") and not lab.ours("pods") and not lab.ours("secrets"), 60)


def _check(place: str = "", timeout_s: float = 120) -> FleetReport:
    options = Options(benchmark="off", integrity=False, timeout_s=timeout_s)
    return check_fleet(f"kubernetes:{place}", "here", options=options, asking=Asking())


def _reason(report: FleetReport, member: str = NODE) -> str:
    return next(one.reason for one in report.unreachable if one.member == member)


def _pod(lab: Lab, name: str, argv: list[str], image: str = "", **container: Any) -> Iterator[str]:
    """Run a pod until the end of a test."""
    containers = [
        {"name": "main", "image": image or engine.tiny_image(), "imagePullPolicy": "Never", "command": argv, **container}
    ]
    spec = {"containers": containers, "terminationGracePeriodSeconds": 1, "restartPolicy": "Never"}
    lab.api("POST", PODS, {"metadata": {"name": name, "labels": {"app": name}}, "spec": spec})
    until(lambda: lab.api("GET", f"{PODS}/{name}")["status"]["phase"] in ("Running", "Failed", "Succeeded"), 120)
    yield name
    lab.api("DELETE", f"{PODS}/{name}?gracePeriodSeconds=0")


@pytest.fixture
def trainer(lab: Lab) -> Iterator[str]:
    """A pod that runs."""
    yield from _pod(lab, "trainer", ["python3", "-c", "import time; time.sleep(3600)"])


def test_a_node_answers_in_the_baselines_image(lab: Lab) -> None:
    """By a Job; the same image gives the same verdict as the engine gives, and what Kubernetes does not tell counts for nothing."""
    report = _check()
    assert [one.members for one in report.classes] == [(NODE,)]
    assert report.verdict is Verdict.REPRODUCES


def test_a_running_pod_is_asked_by_exec(trainer: str) -> None:
    """Nothing is started, and its main process is what is judged."""
    report = _check(f"?pods=app={trainer}")
    assert [one.members for one in report.classes] == [(trainer,)]
    assert report.verdict is Verdict.REPRODUCES


def test_nodes_that_take_nothing_are_unreachable_with_the_clusters_reason(lab: Lab) -> None:
    """Silent, cordoned, tainted; a node of the control plane is no member."""
    control = {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}
    lab.add_node("silent")
    lab.add_node("control", taints=[control])
    lab.patch(f"/api/v1/nodes/{NODE}", {"spec": {"unschedulable": True}})
    try:
        report = _check()
        assert sorted(one.member for one in report.unreachable) == [NODE, "silent"]
        assert "cordoned" in _reason(report) and "NotReady" in _reason(report, "silent")
        lab.patch(f"/api/v1/nodes/{NODE}", {"spec": {"unschedulable": False, "taints": [{"key": "gpu", "effect": "NoSchedule"}]}})
        assert "tolerate=gpu" in _reason(_check())
        assert _check("?tolerate=gpu").answered == 1
    finally:
        lab.patch(f"/api/v1/nodes/{NODE}", {"spec": {"unschedulable": None, "taints": None}})
        for name in ("silent", "control"):
            lab.api("DELETE", f"/api/v1/nodes/{name}")


def test_an_image_without_python_and_one_that_is_not_there() -> None:
    """Each in the words of the runtime."""
    assert "no Python in it" in _reason(_check(f"?image={engine.nopython_image()}"))
    assert "localhost:1/nowhere" in _reason(_check("?image=localhost:1/nowhere:1", 90))


def test_memory_that_runs_out_is_named() -> None:
    """The pod's limit, not the probe's end."""
    assert "OOMKilled" in _reason(_check("?memory=6Mi"))


def test_a_quota_keeps_a_member_waiting_until_the_time_limit(lab: Lab) -> None:
    """It may have room later; at the end it is the reason."""
    quota = f"/api/v1/namespaces/{NAMESPACE}/resourcequotas"
    lab.api("POST", quota, {"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}})
    try:
        until(lambda: "hard" in (lab.api("GET", f"{quota}/none").get("status") or {}))
        assert "exceeded quota" in _reason(_check(timeout_s=15))
    finally:
        lab.api("DELETE", f"{quota}/none")


def test_what_cannot_be_scheduled_waits_until_the_time_limit() -> None:
    """In the scheduler's words."""
    assert "Insufficient cpu" in _reason(_check("?cpu=4000", 15))


def test_a_pod_that_is_drained_while_it_is_asked_is_unreachable(lab: Lab, desk: Path) -> None:
    """By the eviction that kubectl drain asks for."""
    slow = threading.Thread(target=_evict_ours, args=(lab,))
    slow.start()
    report = _check(f"?image={_hanging_image()}", 60)
    slow.join()
    assert re.search("evicted|deleted|gone", _reason(report))


def _hanging_image() -> str:
    """Return the tag of an image whose python3 sleeps."""
    tag = "envprobe-test/hanging:1"
    text = f"FROM {engine.tiny_image()}\nCOPY python3 /hang/python3\nENV PATH=/hang:/usr/bin:/bin\n"
    folder = Path("hanging")
    folder.mkdir(exist_ok=True)
    (folder / "Dockerfile").write_text(text)
    (folder / "python3").write_text("#!/bin/sh\nexec sleep 600\n")
    (folder / "python3").chmod(0o755)
    subprocess.run(["docker", "build", "-q", "-t", tag, str(folder)], check=True, capture_output=True)
    return tag


def _running(lab: Lab) -> bool:
    return any(lab.api("GET", f"{PODS}/{name}")["status"]["phase"] == "Running" for name in lab.ours("pods"))


def _evict_ours(lab: Lab) -> None:
    until(lambda: _running(lab), 60)
    (name,) = lab.ours("pods")
    eviction = {"apiVersion": "policy/v1beta1", "kind": "Eviction", "metadata": {"name": name, "namespace": NAMESPACE}}
    lab.api("POST", f"{PODS}/{name}/eviction", eviction)


def test_a_program_that_hangs_ends_at_the_time_limit() -> None:
    """And its Job with it: the fixture looks."""
    assert "in time" in _reason(_check(f"?image={_hanging_image()}", 12))


def _driver(*words: str) -> subprocess.Popen[bytes]:
    argv = ["fleet", "check", *words, "--baseline", "here", "--no-benchmark", "--no-integrity", "--timeout", "60", "--spool", "s"]
    return subprocess.Popen([sys.executable, "-m", "envprobe", *argv], stderr=subprocess.PIPE, start_new_session=True)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_driver_leaves_nothing(lab: Lab, number: int, status: int) -> None:
    """Job, pod and Secret are gone, whichever signal it was."""
    with _driver("--on", f"kubernetes:?image={_hanging_image()}") as driver:
        until(lambda: _running(lab), 60)
        driver.send_signal(number)
        assert driver.wait(60) == status
    until(lambda: not lab.ours("jobs"), 5)


def test_what_a_killed_driver_left_is_removed_by_the_next(lab: Lab) -> None:
    """By its label: its process is no more. The spool goes on."""
    place = f"kubernetes:?image={_hanging_image()}"
    with _driver("--on", place) as driver:
        until(lambda: _running(lab), 60)
        driver.kill()
    (left,) = lab.ours("jobs")
    with _driver("--on", place, "--resume") as again:
        until(lambda: left not in lab.ours("jobs"), 60)
        again.send_signal(signal.SIGINT)
        again.wait(60)


def test_who_may_not_is_told_what_is_needed_and_the_role_that_is_printed_gives_it(lab: Lab, capsys, tmp_path: Path) -> None:
    """Before anything is made; the role is applied as it is printed, by kubectl."""
    assert cli.main(["fleet", "check", "--on", f"kubernetes:weak/{NAMESPACE}", "--baseline", "here"]) == 2
    said = capsys.readouterr().err
    assert "weak" in said and "create" in said and "jobs" in said
    command = said[said.index("echo '") :].replace("kubectl apply -f -", "cat")
    _apply(lab, subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout)
    assert check_fleet(f"kubernetes:weak/{NAMESPACE}", "here", options=Options(benchmark="off", integrity=False)).answered == 1


def _apply(lab: Lab, text: str) -> None:
    import yaml

    for document in yaml.safe_load(text)["items"]:
        inside = f"/namespaces/{NAMESPACE}" if "namespace" in document["metadata"] else ""
        lab.api("POST", f"/apis/rbac.authorization.k8s.io/v1{inside}/{document['kind'].lower()}s", document)


def test_a_pod_that_is_not_there_any_more_and_one_without_python(lab: Lab) -> None:
    """One that ended is a member without an answer; so is one without an interpreter."""
    for name in _pod(lab, "ended", ["python3", "-c", "pass"]):
        assert "ended with status 0" in _reason(_check(f"?pods=app={name}"), name)
    for name in _pod(lab, "bare", ["/bin/busybox", "sleep", "3600"], engine.nopython_image()):
        assert "no Python in it" in _reason(_check(f"?pods=app={name}"), name)


@pytest.mark.parametrize("place", ["nowhere/x", f"admin/{NAMESPACE}?pods=app=nobody", f"admin/{NAMESPACE}?nodes=no=node"])
def test_a_place_that_is_none_is_trouble(place: str) -> None:
    """It is named, and nothing is made."""
    with pytest.raises(EnvprobeError):
        _check(place)


def test_a_cluster_that_is_not_there_is_trouble(lab: Lab, tmp_path: Path, monkeypatch, capsys) -> None:
    """Exit status 2 with the address, and no token in what is said."""
    config = json.loads(lab.kubeconfig.read_text())
    config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    (tmp_path / "elsewhere").write_text(json.dumps(config))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "elsewhere"))
    assert cli.main(["fleet", "check", "--on", "kubernetes:", "--baseline", "here"]) == 2
    said = capsys.readouterr().err
    assert "127.0.0.1:1" in said and "of-the-lab" not in said


def test_no_token_is_in_a_spool_or_a_report(desk: Path) -> None:
    """Credentials are the client's own."""
    assert (
        cli.main(
            [
                "fleet",
                "check",
                "--on",
                "kubernetes:",
                "--baseline",
                "here",
                "--spool",
                "s",
                "--format",
                "json",
                "--output",
                "r",
                *QUICK,
            ]
        )
        < 2
    )
    assert b"of-the-lab" not in Path("s").read_bytes() + Path("r").read_bytes()
