"""A pod that runs, asked by exec: a WebSocket on which each message begins with the number of its stream."""

from __future__ import annotations

import json
import secrets
import select
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

import websocket
from kubernetes.client.exceptions import ApiException
from kubernetes.stream import stream
from websocket import ABNF, WebSocketConnectionClosedException, WebSocketException, WebSocketTimeoutException

from ...error import TargetError
from ...targets import safe_path
from ...targets.address import Address
from ...targets.container import KILL, KILLED, MARK
from ...targets.deadline import Deadline
from ...targets.interruption import is_called_off
from ...targets.machine import Machine
from ...targets.protocol import STDERR, STDOUT, Capture, Completed, NoProgram
from ...targets.state import runtime_refusal
from .cluster import Cluster
from .place import KubernetesPlace
from .refusal import Gone
from .state import NO_SUCH_FILE, container_status, default_container, pod_state

FEED = f"import os,sys;{safe_path.STATEMENT};os.environ[sys.argv[1]]=sys.argv[2];os.execvp(sys.argv[3],sys.argv[3:])"
"""An exec of Kubernetes takes no variables: the mark by which a program is found again is set by the first of two."""
STATUS = 3
CHUNK_BYTES = 1 << 15
POLL_S = 0.3
STUCK_S = 10
"""How long one message may take to come or to go."""
KILL_TIMEOUT_S = 10
UNDO_S = 15


class PodTarget(Machine):
    """One container of a pod."""

    def __init__(self, cluster: Cluster, pod: str, place: KubernetesPlace, deadline: Deadline) -> None:
        super().__init__(Address("kubernetes", pod), deadline)
        self.pythons = place.pythons
        self._cluster, self._name = cluster, pod
        self._container = place.option("container")
        self._pod: dict[str, Any] = {}

    def __enter__(self) -> PodTarget:
        self._pod = self._look()
        self._container = self._container or default_container(self._pod)
        status, node = container_status(self._pod, self._container), str(self._pod["spec"].get("nodeName") or "")
        seen = {name: str(status.get(key) or "") for name, key in (("image", "image"), ("image_id", "imageID"))}
        self.context = {"pod": self._name, "container": self._container, "node": node, **seen}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leave it as it is."""

    @property
    def launch(self) -> dict[str, Any]:
        """The container's main process: the first of its own, where it shares none."""
        spec = self._pod.get("spec") or {}
        return {"of": "main", "pid": None if spec.get("shareProcessNamespace") or spec.get("hostPID") else 1}

    def run(self, argv: Sequence[str], stdin: bytes, timeout_s: float, limit_bytes: int) -> Completed:
        """Run a program in the container; what does not end in time is killed from inside."""
        token = secrets.token_hex(16)
        capture, ended, outcome = Capture(limit_bytes), False, b""
        try:
            ended, outcome = self._exec([argv[0], "-B", "-c", FEED, MARK, token, *argv], stdin, timeout_s, capture)
        finally:
            if not ended:
                self._kill(token, argv[0])
        if not ended:
            return capture.completed(KILLED, timed_out=not capture.full)
        status, words = _status(outcome)
        if status is None and any(one in words for one in NO_SUCH_FILE):
            raise NoProgram(f"{self.reference}: {argv[0]}: cannot be run there: {words}")
        completed = capture.completed(KILLED if status is None else status, timed_out=False)
        if words := runtime_refusal(completed):
            raise NoProgram(f"{self.reference}: {argv[0]}: cannot be run there: {words}")
        if status is None or status == KILLED:
            self._require_same_life()
        if status is None:
            raise TargetError(f"{self.reference}: {words}")
        return completed

    def _exec(self, command: list[str], stdin: bytes, timeout_s: float, capture: Capture) -> tuple[bool, bytes]:
        """Return whether the program ended by itself, and what the cluster says of how."""
        asked = {"command": command, "container": self._container, "stdin": bool(stdin), "stdout": True, "stderr": True}
        if websocket.getdefaulttimeout() is None:  # the library has no time limit of its own while it connects
            websocket.setdefaulttimeout(STUCK_S)
        call = self._cluster.own_client().connect_get_namespaced_pod_exec
        try:
            opened = stream(call, self._name, self._cluster.namespace, **asked, tty=False, binary=True, _preload_content=False)
        except ApiException as error:
            raise self._refusal(error) from None
        try:
            return self._talk(opened.sock, stdin, capture, time.monotonic() + timeout_s)
        except (WebSocketException, OSError) as error:
            self._require_same_life()
            raise TargetError(f"{self.reference}: the connection was lost: {error}", "ask again with --resume") from None
        finally:
            with suppress(WebSocketException, OSError):
                opened.sock.close(timeout=1)
            opened.sock.shutdown()

    def _talk(self, wire: Any, stdin: bytes, capture: Capture, end: float) -> tuple[bool, bytes]:
        """Write stdin and read to the end, the output limit or the time limit: by single messages, so that a flood is bounded."""
        outcome = b""
        unsent = memoryview(stdin)
        wire.settimeout(STUCK_S)
        while not capture.full:
            if time.monotonic() > end or is_called_off():
                return False, outcome
            if unsent:
                try:
                    wire.send(b"\0" + bytes(unsent[:CHUNK_BYTES]), opcode=ABNF.OPCODE_BINARY)
                    unsent = unsent[CHUNK_BYTES:]
                except WebSocketTimeoutException:
                    return False, outcome
                except (WebSocketConnectionClosedException, OSError):  # it ended without reading; what it said can still be read
                    unsent = unsent[:0]
            if not _is_ready(wire.sock, 0 if unsent else POLL_S):
                continue
            try:
                kind, frame = wire.recv_data_frame(True)
            except WebSocketConnectionClosedException:
                if outcome:
                    return True, outcome
                raise
            if kind == ABNF.OPCODE_CLOSE:
                return True, outcome
            if kind in (ABNF.OPCODE_BINARY, ABNF.OPCODE_TEXT) and frame.data:
                number, data = frame.data[0], bytes(frame.data[1:])
                if number in (STDOUT, STDERR):
                    capture.add(number, data)
                elif number == STATUS:
                    outcome = (outcome + data)[: 1 << 16]
        return False, outcome

    def _kill(self, token: str, python: str) -> None:
        """Kill the program and its children from inside: it outlives whoever lets go of the exec."""
        self.deadline.grant(UNDO_S)
        program = KILL.format(mark=MARK, token=token)
        with suppress(TargetError):
            self._exec([python, "-I", "-S", "-B", "-c", program], b"", KILL_TIMEOUT_S, Capture(1 << 16))

    def _look(self) -> dict[str, Any]:
        """Return the pod's document. Raises TargetError where it is gone, or its container does not run."""
        try:
            pod: dict[str, Any] = self._cluster.pod(self._name)
        except Gone:
            raise TargetError(f"{self.reference}: the pod is gone: drained, evicted, preempted or deleted") from None
        if words := out_of_reach(pod, self._container or default_container(pod)):
            raise TargetError(f"{self.reference}: {words}")
        return pod

    def _require_same_life(self) -> None:
        """Raise TargetError where the container was lost, or started anew, while it was asked: a program was cut off with it."""
        before = container_status(self._pod, self._container)
        now = container_status(self._look(), self._container)
        if now.get("containerID") != before.get("containerID"):
            ended = (now.get("lastState") or {}).get("terminated") or {}
            raise TargetError(f"{self.reference}: its container was started anew while it was asked: {ended.get('reason', '')}")

    def _refusal(self, error: ApiException) -> Exception:
        words = str(error.reason or error)
        if any(one in words for one in NO_SUCH_FILE):
            return NoProgram(f"{self.reference}: cannot be run there: {words}")
        if not error.status:  # the handshake: the library keeps the status in its words alone
            self._look()
            return TargetError(f"{self.reference}: no exec: {words}", "may you? kubectl auth can-i create pods/exec")
        return self._cluster.refusal(error)


def out_of_reach(pod: dict[str, Any], container: str) -> str:
    """Return why nothing can be run in a pod's container; empty where it can."""
    names = [str(one.get("name")) for one in (pod.get("spec") or {}).get("containers") or []]
    if container not in names:
        return f"it has no container {container!r}; container= names one of {', '.join(names)}"
    state = pod_state(pod, container)
    if state.phase == "running":
        return ""
    return state.words if state.phase != "ended" else f"its container ended with status {state.returncode}"


def _is_ready(wire: Any, wait_s: float) -> bool:
    """Wait until something can be read; TLS may hold what the poll does not see."""
    if isinstance(wire, ssl.SSLSocket) and wire.pending():
        return True
    poll = select.poll()
    poll.register(wire, select.POLLIN)
    return bool(poll.poll(wait_s * 1000))


def _status(outcome: bytes) -> tuple[int | None, str]:
    """Return the exit status that the cluster tells, and its words; None where the program was not run to its end."""
    try:
        told = json.loads(outcome)
    except ValueError:
        return None, "the cluster does not say how the program ended"
    if told.get("status") == "Success":
        return 0, ""
    causes = (told.get("details") or {}).get("causes") or []
    code = next((one.get("message", "") for one in causes if one.get("reason") == "ExitCode"), "")
    words = " ".join(str(told.get("message") or "").split())[:600]
    is_run = str(code).isdecimal() and not any(one in words for one in NO_SUCH_FILE)
    return (int(code) if is_run else None), words
