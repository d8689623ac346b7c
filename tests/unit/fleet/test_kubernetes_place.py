"""What stands behind `kubernetes:`, what is written to a cluster, and whose leftovers are whose: all without a client."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import yaml

from envprobe.error import UsageError
from envprobe.fleet.kubernetes.driver import driver_label, is_left_over
from envprobe.fleet.kubernetes.manifest import DRIVER, FEED, GRACE_S, IN_PODS, ON_NODES, job, needed, role_command, secret
from envprobe.fleet.kubernetes.place import read_place, tolerated

PROGRAM = "import os,sys;print(sys.stdin.read(), os.environ['PYTHONSAFEPATH'])"
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


def test_a_place_is_taken_apart() -> None:
    """A selector keeps its own equals signs; a context's name may have strokes and colons."""
    place = read_place("arn:aws:eks:x:1:cluster/a/ml?nodes=pool=gpu,zone!=b&tolerate=nvidia.com/gpu:NoSchedule&gpus=1")
    assert place.where == "arn:aws:eks:x:1:cluster/a/ml"
    assert place.option("nodes") == "pool=gpu,zone!=b"
    assert place.tolerations == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    assert place.limits == {"nvidia.com/gpu": "1"} and place.pods is None
    assert read_place("").where == "" and read_place("?pods=app=trainer").pods == "app=trainer"


@pytest.mark.parametrize(
    "text", ["?bad=1", "?pods=&image=x", "?container=x", "?gpus=two", "?user=root", "?tolerate=", "?x", "?tolerate=a:No"]
)
def test_an_option_that_says_nothing_here_is_refused(text: str) -> None:
    """Left out in silence, it would change who is asked."""
    with pytest.raises(UsageError):
        read_place(text)


@pytest.mark.parametrize(
    ("taint", "word", "fits"),
    [
        ({"key": "gpu", "value": "yes", "effect": "NoSchedule"}, "gpu", True),
        ({"key": "gpu", "value": "yes", "effect": "NoSchedule"}, "gpu=yes", True),
        ({"key": "gpu", "value": "yes", "effect": "NoSchedule"}, "gpu=no", False),
        ({"key": "gpu", "value": "yes", "effect": "NoSchedule"}, "gpu:NoExecute", False),
        ({"key": "gpu", "value": "yes", "effect": "NoExecute"}, "gpu=yes:NoExecute", True),
        ({"key": "other", "effect": "NoSchedule"}, "gpu", False),
        ({"key": "other", "effect": "NoSchedule"}, "all", True),
    ],
)
def test_a_taint_is_tolerated_as_the_scheduler_has_it(taint: dict[str, str], word: str, fits: bool) -> None:
    """Key, value and effect, each where it is named."""
    assert tolerated(taint, read_place(f"?tolerate={word}").tolerations) is fits


def _job(text: str = "", timeout_s: float = 60.5) -> dict[str, Any]:
    return job("envprobe-1", "n1", "tf:1", ["python3", "-c", "pass"], place=read_place(text), driver="d", timeout_s=timeout_s)


def test_a_job_ends_by_itself_and_is_tried_once() -> None:
    """Whatever becomes of its driver."""
    spec = _job()["spec"]
    assert spec["backoffLimit"] == 0 and spec["activeDeadlineSeconds"] == 61 + GRACE_S
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    assert spec["template"]["spec"]["automountServiceAccountToken"] is False


def test_a_secret_goes_with_its_job() -> None:
    """The cluster removes it with its owner, and what it holds is what was to be read."""
    made = {**_job(), "metadata": {**_job()["metadata"], "uid": "u-1"}}
    document = secret("envprobe-1", b"\x00line\n", made)
    assert document["metadata"]["ownerReferences"] == [
        {"apiVersion": "batch/v1", "kind": "Job", "name": "envprobe-1", "uid": "u-1"}
    ]
    assert base64.b64decode(document["data"]["stdin"]) == b"\x00line\n"


def test_what_a_pod_runs_first_puts_a_file_in_the_place_of_stdin(tmp_path) -> None:
    """Of any program: the one that a pod runs is run here."""
    (tmp_path / "stdin").write_bytes(b"from a file")
    argv = [sys.executable, "-B", "-c", FEED, str(tmp_path / "stdin"), sys.executable, "-c", PROGRAM]
    assert subprocess.run(argv, capture_output=True, check=True).stdout == b"from a file envprobe\n"


def test_a_role_names_what_is_done() -> None:
    """Nodes are in no namespace: they take a role of the cluster."""
    items = _applied(role_command(needed(read_place("")), "ml", "ann@example.org", "cat; :"))
    assert [one["kind"] for one in items] == ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]
    rules = [rule for one in items for rule in one.get("rules", [])]
    wanted = [(group, "/".join(filter(None, (name, part))), list(verbs)) for group, name, part, verbs in ON_NODES]
    assert sorted(((one["apiGroups"][0], one["resources"][0], one["verbs"]) for one in rules), key=str) == sorted(wanted, key=str)
    in_pods = role_command(needed(read_place("?pods=")), "ml", "ann", "kubectl")
    assert "ClusterRole" not in in_pods and all(row[2] in in_pods for row in IN_PODS)


def _applied(command: str) -> list[dict[str, Any]]:
    """Return what a shell hands to kubectl, which is `cat` here, of a command that is moved to the right as hints are."""
    moved = command.replace("\n", "\n" + " " * 10)
    printed = subprocess.run(["sh", "-c", moved], capture_output=True, text=True, check=True).stdout
    items: list[dict[str, Any]] = yaml.safe_load(printed)["items"]
    return items


def _left(label: str, age_s: float = 0) -> bool:
    made = (NOW - timedelta(seconds=age_s)).strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata = {"labels": {DRIVER: label}, "creationTimestamp": made}
    return is_left_over({"metadata": metadata, "spec": {"activeDeadlineSeconds": 90}}, driver_label(), NOW)


def test_a_dead_driver_leaves_over_and_a_living_one_does_not() -> None:
    """Of this machine by its process; of another one, once its own deadline is long over."""
    machine = driver_label().partition(".")[0]
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    assert _left(f"{machine}.{ended.pid}.aa") is True
    assert _left(f"{machine}.{os.getppid()}.aa") is False
    assert _left("elsewhere.1.aa") is False and _left("elsewhere.1.aa", 2 * 3600) is True
    assert _left("", 10) is False and _left("...", 10) is False


def test_a_drivers_label_is_one() -> None:
    """At most 63 letters that a label may have."""
    assert re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", driver_label())
