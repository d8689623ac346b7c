"""What a node's and a pod's document say about who can be asked, who is being asked, and why one is not. Pure.

Documents are read as they come over the wire: an older or newer cluster than the client may leave out what its models require.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from .place import tolerated

Document: TypeAlias = Mapping[str, Any]

CONTROL_PLANE = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
KEEPS_AWAY = ("NoSchedule", "NoExecute")
HOPELESS = ("ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError", "CreateContainerError")
NOT_STARTED = ("ContainerCannotRun", "StartError", "RunContainerError")
NO_SUCH_FILE = ("executable file not found", "no such file or directory", "not found in $PATH")
QUOTA = "exceeded quota"
WORDS_LIMIT = 600


class PodState(NamedTuple):
    """How far a pod is."""

    phase: Literal["waiting", "running", "ended", "lost", "no program"]
    words: str = ""
    """Why it waits, or is lost; for a program that is not there, what the runtime says."""
    returncode: int = 0
    """Of one that ended."""


def name_of(document: Document) -> str:
    """Return the name of an object."""
    return str((document.get("metadata") or {}).get("name") or "")


def is_set_apart(node: Document, tolerations: list[dict[str, str]]) -> bool:
    """Say whether a node belongs to the control plane, which runs no work, as a DaemonSet passes over it."""
    return any(taint.get("key") in CONTROL_PLANE and not tolerated(taint, tolerations) for taint in _keeping_away(node))


def not_ready(node: Document) -> str:
    """Return why a node does not answer; empty where it does."""
    status = node.get("status") or {}
    ready: Document = next((one for one in status.get("conditions") or [] if one.get("type") == "Ready"), {})
    if ready.get("status") == "True":
        return ""
    return _said("Kubernetes has it as NotReady", ready.get("message") or ready.get("reason"))


def node_trouble(node: Document, tolerations: list[dict[str, str]]) -> str:
    """Return why no pod of ours is started on a node; empty where one is."""
    if words := not_ready(node):
        return words
    cordon = {"key": UNSCHEDULABLE, "effect": "NoSchedule"}
    if (node.get("spec") or {}).get("unschedulable") and not tolerated(cordon, tolerations):
        return f"cordoned or drained; kubectl uncordon {name_of(node)}"
    for taint in _keeping_away(node):
        if taint.get("key") != UNSCHEDULABLE and not tolerated(taint, tolerations):
            value = f"={taint['value']}" if taint.get("value") else ""
            return f"its taint {taint.get('key')}{value}:{taint.get('effect')} is not tolerated; add tolerate={taint.get('key')}"
    return ""


def _keeping_away(node: Document) -> list[Document]:
    return [taint for taint in (node.get("spec") or {}).get("taints") or [] if taint.get("effect") in KEEPS_AWAY]


def pod_state(pod: Document, container: str = "") -> PodState:
    """Return how far a pod is, or one container of it."""
    status, metadata = pod.get("status") or {}, pod.get("metadata") or {}
    if metadata.get("deletionTimestamp"):
        return PodState("lost", _said("its pod was deleted: drained, evicted or preempted", _disruption(status)))
    if status.get("reason"):  # Evicted, NodeLost, OutOfcpu, NodeAffinity, UnexpectedAdmissionError, DeadlineExceeded, …
        return PodState("lost", _said(str(status["reason"]), status.get("message")))
    state = container_status(pod, container).get("state") or {}
    if ended := state.get("terminated"):
        return _ended(ended, pod)
    if waiting := state.get("waiting"):
        words = _said(str(waiting.get("reason") or "waiting"), waiting.get("message"))
        if waiting.get("reason") in NOT_STARTED:
            return _not_started(words)
        return PodState("lost" if waiting.get("reason") in HOPELESS else "waiting", words)
    if "running" in state:
        return PodState("running")
    return PodState("waiting", _unscheduled(status) or f"its pod is {status.get('phase') or 'not known yet'}")


def _ended(ended: Document, pod: Document) -> PodState:
    reason, code = str(ended.get("reason") or ""), int(ended.get("exitCode") or 0)
    if reason == "OOMKilled":
        limit = limits_of(pod).get("memory", "")
        return PodState(
            "lost", f"OOMKilled: ran out of memory{f' at its limit of {limit}' if limit else ''}; memory=4Gi gives more"
        )
    if reason in NOT_STARTED:
        return _not_started(_said(reason, ended.get("message")))
    return PodState("ended", reason, code)


def _not_started(words: str) -> PodState:
    return PodState("no program" if any(one in words for one in NO_SUCH_FILE) else "lost", words)


def _unscheduled(status: Document) -> str:
    found = (one for one in status.get("conditions") or [] if one.get("type") == "PodScheduled" and one.get("status") == "False")
    return next((_said(str(one.get("reason") or "Pending"), one.get("message")) for one in found), "")


def _disruption(status: Document) -> str:
    """Return what newer clusters say of why: the condition DisruptionTarget."""
    found = (one for one in status.get("conditions") or [] if one.get("type") == "DisruptionTarget")
    return next((str(one.get("message") or one.get("reason") or "") for one in found), "")


def refused_pod(events: Iterable[Document]) -> PodState | None:
    """Return why a Job's pod was not made, from the Job's events: an admission's no, or a quota, which may have room later."""
    for event in sorted(events, key=lambda one: str(one.get("lastTimestamp") or ""), reverse=True):
        if event.get("reason") == "FailedCreate":
            words = _said("no pod can be made", event.get("message"))
            return PodState("waiting" if QUOTA in words else "lost", words)
    return None


def container_status(pod: Document, container: str = "") -> Document:
    """Return the status of a container: the one that is named, or the first."""
    listed: Sequence[Document] = (pod.get("status") or {}).get("containerStatuses") or []
    return next((one for one in listed if not container or one.get("name") == container), {})


def limits_of(pod: Document) -> dict[str, str]:
    """Return what the first container may use."""
    containers = (pod.get("spec") or {}).get("containers") or [{}]
    return dict((containers[0].get("resources") or {}).get("limits") or {})


def default_container(pod: Document) -> str:
    """Return the container that kubectl would choose: the annotated one, else the first."""
    annotations = (pod.get("metadata") or {}).get("annotations") or {}
    containers = [str(one.get("name")) for one in (pod.get("spec") or {}).get("containers") or []]
    chosen = annotations.get("kubectl.kubernetes.io/default-container")
    return str(chosen) if chosen in containers else next(iter(containers), "")


def _said(what: str, words: object) -> str:
    line = " ".join(str(words or "").split())[:WORDS_LIMIT]
    return f"{what}: {line}" if line else what
