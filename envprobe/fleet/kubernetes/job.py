"""A node, asked by a Job of its own: made, watched, its log read, and taken away whatever happens."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...error import TargetError
from ...targets.address import Address
from ...targets.deadline import Deadline
from ...targets.interruption import is_called_off, undone
from ...targets.machine import Machine
from ...targets.protocol import Completed, NoProgram
from . import manifest
from .place import KubernetesPlace
from .refusal import Gone, Silent
from .state import PodState, container_status, node_trouble, not_ready, pod_state, refused_pod

if TYPE_CHECKING:
    from .cluster import Cluster

POLL_S = 1.0
NODE_S = 10
"""How often the node is looked at, while its pod says nothing new: only the node knows that it does not answer."""
SILENCE_S = 30
"""How long a cluster may not answer while somebody waits."""
UNDO_S = 20
NO_POD_S = 3
"""So long the Job's controller has to make a pod, before it is asked why there is none."""
TIMED_OUT = 137


class JobTarget(Machine):
    """The image on one node. Each program is a Job; its pod's log is what it wrote, stderr among it."""

    def __init__(self, cluster: Cluster, node: str, image: str, place: KubernetesPlace, driver: str, deadline: Deadline) -> None:
        super().__init__(Address("kubernetes", node), deadline)
        self.pythons = place.pythons
        self.context = {"node": node, "image": image}
        self._cluster, self._node, self._image = cluster, node, image
        self._place, self._driver = place, driver
        self._words = ""

    def __enter__(self) -> JobTarget:
        return self

    def run(self, argv: Sequence[str], stdin: bytes, timeout_s: float, limit_bytes: int) -> Completed:
        """Run a program in a pod of its own on the node."""
        if len(stdin) > manifest.STDIN_LIMIT:
            raise TargetError(f"{self.reference}: what is to be asked takes {len(stdin):,} bytes, more than a Secret holds")
        name = f"envprobe-{secrets.token_hex(8)}"
        end = time.monotonic() + timeout_s
        with undone(lambda: self._remove(name)):
            self._make(name, argv, stdin, timeout_s)
            state = self._wait(name, end)
            if state.phase == "lost":
                raise TargetError(f"{self.reference}: {state.words}")
            if state.phase == "no program":
                raise NoProgram(f"{self.reference}: {argv[0]}: cannot be run there: {state.words}")
            if state.phase == "waiting":
                raise TargetError(f"{self.reference}: its pod did not start in time: {state.words}", "--timeout gives more time")
            output = self._log(name, limit_bytes)
        late, full = state.phase == "running", len(output) > limit_bytes
        return Completed(TIMED_OUT if late else state.returncode, output, b"", truncated=full, timed_out=late)

    def _make(self, name: str, argv: Sequence[str], stdin: bytes, timeout_s: float) -> None:
        place, driver = self._place, self._driver
        body = manifest.job(name, self._node, self._image, argv, place=place, driver=driver, timeout_s=timeout_s)
        self._cluster.create_secret(manifest.secret(name, stdin, self._cluster.create_job(body)))

    def _wait(self, name: str, end: float) -> PodState:
        """Return how the pod ended, or how far it was when the time was over."""
        began = heard = looked = time.monotonic()
        state, was_there = PodState("waiting", "it has no pod yet"), False
        while True:
            now = time.monotonic()
            try:
                pod = self._pod(name)
                state = self._state(pod, state, name, was_there, now - began)
                was_there, heard = was_there or pod is not None, now
                if state.phase in ("waiting", "running") and now - looked > NODE_S:
                    looked = now
                    self._require_node(is_running=state.phase == "running")
            except Silent:
                if now - heard > SILENCE_S:
                    raise
            if state.phase not in ("waiting", "running") or now > end or is_called_off():
                return state
            time.sleep(POLL_S)

    def _pod(self, name: str) -> Any:
        pods = self._cluster.pods(f"job-name={name}")
        return min(pods, key=lambda one: str(one["metadata"].get("creationTimestamp")), default=None)

    def _state(self, pod: Any, before: PodState, name: str, was_there: bool, age_s: float) -> PodState:
        if pod is None:
            if was_there:
                self._require_node()
                return PodState("lost", "its pod is gone: drained, evicted, preempted or deleted")
            return (refused_pod(self._cluster.events_of_job(name)) if age_s > NO_POD_S else None) or before
        if image_id := container_status(pod).get("imageID"):
            self.context["image_id"] = str(image_id)
        state = pod_state(pod)
        if state.words.startswith("ErrImagePull"):  # what comes next says only that it is tried again later
            self._words = f"{state.words}; of {self._image}"
        return PodState("lost", self._words) if state.words.startswith("ImagePullBackOff") and self._words else state

    def _require_node(self, *, is_running: bool = False) -> None:
        """Raise TargetError where the node was lost, or taken out; what runs on a cordoned one runs on."""
        try:
            node = self._cluster.node(self._node)
        except Gone:
            raise TargetError(f"{self.reference}: the node was removed from the cluster while it was asked") from None
        if words := not_ready(node) if is_running else node_trouble(node, self._place.tolerations):
            raise TargetError(f"{self.reference}: lost while it was asked: {words}")

    def _log(self, name: str, limit_bytes: int) -> bytes:
        pod = self._pod(name)
        if pod is None:
            raise TargetError(f"{self.reference}: its pod was deleted before its log was read")
        return self._cluster.log(pod["metadata"]["name"], limit_bytes + 1)

    def _remove(self, name: str) -> None:
        self.deadline.grant(UNDO_S)
        remove_job(self._cluster, name)


def remove_job(cluster: Cluster, name: str, patience_s: float = UNDO_S) -> None:
    """Take a Job away with its pod and its Secret. Raises TargetError with what to type where the cluster does not do so."""
    end = time.monotonic() + patience_s
    while True:
        try:
            cluster.delete_job(name)
        except Gone:
            return
        except TargetError as error:
            if not isinstance(error, Silent) or time.monotonic() > end:
                hint = f"when it answers again: {cluster.kubectl} delete job {name} -n {cluster.namespace}"
                raise TargetError(f"{error.message}; the job {name} is left there", hint) from None
            time.sleep(POLL_S)
        else:
            return
