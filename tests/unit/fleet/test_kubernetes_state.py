"""What a real Kubernetes 1.20 said of nodes, pods and a quota: recorded from its API, `tests/data/kubernetes`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from envprobe.error import TargetError
from envprobe.fleet.kubernetes import job
from envprobe.fleet.kubernetes.job import JobTarget
from envprobe.fleet.kubernetes.place import read_place
from envprobe.fleet.kubernetes.refusal import Gone, Silent
from envprobe.fleet.kubernetes.state import default_container, is_set_apart, node_trouble, not_ready, pod_state, refused_pod
from envprobe.targets.deadline import Deadline
from envprobe.targets.protocol import NoProgram

if TYPE_CHECKING:
    from envprobe.fleet.kubernetes.cluster import Cluster

FOLDER = Path(__file__).parents[2] / "data" / "kubernetes"
PODS, NODES, EVENTS = (json.loads((FOLDER / f"{name}.json").read_text("utf-8")) for name in ("pods", "nodes", "events"))
PLACE = read_place("")


@pytest.mark.parametrize(
    ("pod", "phase", "words"),
    [
        ("unscheduled", "waiting", "Unschedulable"),
        ("ContainerCreating", "waiting", "ContainerCreating"),
        ("running", "running", ""),
        ("ended", "ended", "Completed"),
        ("ContainerCannotRun", "no program", "executable file not found"),
        ("ErrImagePull", "waiting", "connection refused"),
        ("ImagePullBackOff", "lost", "Back-off"),
    ],
)
def test_a_pods_state_is_read(pod: str, phase: str, words: str) -> None:
    """Which end of the matter it is, in the cluster's own words."""
    state = pod_state(PODS[pod])
    assert state.phase == phase and words in state.words


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"reason": "Evicted", "message": "The node was low on resource: memory.", "phase": "Failed"},
            "Evicted: The node was low",
        ),
        ({"reason": "NodeLost"}, "NodeLost"),
    ],
)
def test_a_pod_that_the_cluster_ended_says_why(changed: dict[str, str], words: str) -> None:
    """The kubelet's evictions and lost nodes, as the API documents them."""
    pod = {**PODS["running"], "status": {**PODS["running"]["status"], **changed}}
    assert pod_state(pod).phase == "lost" and words in pod_state(pod).words


def test_memory_that_ran_out_is_named_with_its_limit() -> None:
    """And how to give more."""
    ended = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}
    pod = {**PODS["ended"], "status": {"containerStatuses": [{"name": "probe", "state": ended}]}}
    pod["spec"] = {"containers": [{"name": "probe", "resources": {"limits": {"memory": "6Mi"}}}]}
    assert pod_state(pod).phase == "lost" and "6Mi" in pod_state(pod).words


def test_nodes_that_take_nothing_say_why() -> None:
    """One that does not answer, one with a taint; one of the control plane is set apart."""
    assert node_trouble(NODES["ready"], []) == ""
    assert "NotReady" in node_trouble(NODES["silent"], []) and not_ready(NODES["silent"])
    assert "tolerate=gpu" in node_trouble(NODES["tainted"], []) and not not_ready(NODES["tainted"])
    assert node_trouble(NODES["tainted"], read_place("?tolerate=gpu").tolerations) == ""
    assert is_set_apart(NODES["control"], []) and not is_set_apart(NODES["tainted"], [])
    cordoned = {**NODES["ready"], "spec": {**NODES["ready"]["spec"], "unschedulable": True}}
    assert "kubectl uncordon 127.0.0.1" in node_trouble(cordoned, [])


def test_a_quota_may_have_room_later() -> None:
    """Another refusal will not."""
    state = refused_pod([EVENTS["quota"]])
    assert state is not None and state.phase == "waiting" and "exceeded quota" in state.words
    other = refused_pod([{**EVENTS["quota"], "message": "violates PodSecurity"}])
    assert other is not None and other.phase == "lost"
    assert refused_pod([]) is None


def test_the_container_is_the_one_that_kubectl_takes() -> None:
    """The first, unless it is annotated."""
    assert default_container(PODS["somebody else runs"]) == "main"


class Played:
    """A cluster that gives recorded pods one after the other, and keeps what is made and deleted."""

    namespace, kubectl = "lab", "kubectl"

    def __init__(self, *pods: Any, log: bytes = b"", deleting: list[TargetError] | None = None) -> None:
        self.left, self.written = list(pods), log
        self.made: list[str] = []
        self.deleted: list[str] = []
        self.deleting = deleting or []

    def create_job(self, body: Any) -> Any:
        self.made.append(body["kind"])
        return {**body, "metadata": {**body["metadata"], "uid": "u"}}

    def create_secret(self, body: Any) -> None:
        self.made.append(body["kind"])

    def pods(self, selector: str) -> Iterator[Any]:
        one = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        if isinstance(one, TargetError):
            raise one
        return iter([one] if one else [])

    def node(self, name: str) -> Any:
        return NODES["ready"]

    def events_of_job(self, name: str) -> Iterator[Any]:
        return iter([EVENTS["quota"]])

    def log(self, pod: str, limit_bytes: int) -> bytes:
        return self.written[:limit_bytes]

    def delete_job(self, name: str) -> None:
        if self.deleting:
            raise self.deleting.pop(0)
        self.deleted.append(name)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nobody."""
    monkeypatch.setattr(job, "POLL_S", 0.0)


def _run(played: Played, timeout_s: float = 5, limit: int = 100) -> Any:
    target = JobTarget(cast("Cluster", played), "n1", "tf:1", PLACE, "d", Deadline(60))
    with target:
        return target.run(["python3", "-c", "pass"], b"line\n", timeout_s, limit)


def test_a_job_is_made_watched_read_and_removed() -> None:
    """A server that does not answer for a moment is asked again."""
    played = Played(None, PODS["ContainerCreating"], Silent("later"), PODS["running"], PODS["ended"], log=b"answer")
    completed = _run(played)
    assert (completed.returncode, completed.stdout, completed.truncated) == (0, b"answer", False)
    assert played.made == ["Job", "Secret"] and len(played.deleted) == 1


@pytest.mark.parametrize(
    ("pods", "kind", "words"),
    [
        (["ContainerCannotRun"], NoProgram, "python3"),
        (["ErrImagePull", "ImagePullBackOff"], TargetError, "connection refused; of tf:1"),
        (["running", None], TargetError, "gone"),
        (["unscheduled"], TargetError, "Unschedulable"),
    ],
)
def test_a_member_that_is_lost_says_why_and_leaves_nothing(pods: list[str | None], kind: type[TargetError], words: str) -> None:
    """Whatever became of its pod."""
    played = Played(*[PODS[name] if name else None for name in pods])
    with pytest.raises(kind, match=words):
        _run(played, 0.2)
    assert len(played.deleted) == 1


def test_a_flood_is_cut_and_a_late_one_ended() -> None:
    """By the server: no more than the limit is sent."""
    assert _run(Played(PODS["ended"], log=b"x" * 1000)).truncated is True
    assert _run(Played(PODS["running"]), 0.1).timed_out is True


def test_what_cannot_be_removed_is_told() -> None:
    """Asked again while the server is silent; with what to type where it refuses."""
    played = Played(PODS["ended"], deleting=[Silent("busy"), Gone("not there")])
    assert _run(played).returncode == 0
    with pytest.raises(TargetError, match="is left there") as caught:
        _run(Played(PODS["ended"], deleting=[TargetError("forbidden")]))
    assert "kubectl delete job envprobe-" in caught.value.hint
