"""`docker://NAME`: a container that runs, through the Engine API."""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..error import TargetError, UsageError
from ..fact import Section
from ..suggestion import did_you_mean
from . import safe_path, stream
from .address import Address
from .container_change import ContainerChange, read_changes, untouched
from .deadline import Deadline
from .engine import Engine, is_missing, packer_of, refused, speaking
from .interruption import make, orderly_end
from .layer import read_layer
from .outside import container_section, image_section, mounts
from .packed import Packer
from .protocol import Capture, Completed, Inspection
from .state import cut_off, is_startable, not_running, not_startable, runtime_refusal

if TYPE_CHECKING:
    from docker import APIClient

MARK = "ENVPROBE_EXEC"
# The Engine has no call that ends an exec, and its process outlives a client that gives up: it is found by its mark.
KILL = """
import os
for pid in os.listdir("/proc"):
    try:
        with open("/proc/%s/environ" % pid, "rb") as stream:
            if b"{mark}={token}" in stream.read().split(b"\\0"):
                os.kill(int(pid), 9)
    except (OSError, ValueError):
        pass
"""
UNDO_S = 15
"""For ending a program, or the container that was started, after the deadline too."""
KILL_TIMEOUT_S = 10
KILLED = 137  # 128 and SIGKILL, as a shell would say
SETTLE_S = 1
POLL_S = 0.01
STOP_TIMEOUT_S = 10
ENDLESS_S = 20 * 24 * 3600  # epoll_wait(2) takes milliseconds as a C int: 24 days at most


class ContainerTarget:
    """A running container; a stopped one is not started unless `?start=yes` asks for it, because that runs its command."""

    def __init__(self, address: Address, deadline: Deadline, engine: Engine) -> None:
        address.allow_options("start")
        if not address.place or "/" in address.place:
            raise UsageError(
                f"{address.reference}: not the name or id of a container",
                f"{engine.tool} ps shows those that run; an image is {engine.image_scheme}://NAME:TAG",
            )
        if address.option("start") not in ("", "yes", "no"):
            raise UsageError(f"{address.reference}: start={address.option('start')}: yes or no")
        self.reference = address.reference
        self.deadline = deadline
        self.pythons: tuple[str, ...] = ("python3", "python")
        self.context: dict[str, object] = {}
        self._name = address.place
        self._may_start = address.option("start") == "yes"
        self._engine = engine
        self._stack = ExitStack()
        self._image: dict[str, object] = {}

    def __enter__(self) -> ContainerTarget:
        with ExitStack() as stack:
            stack.enter_context(orderly_end())
            self._client: APIClient = stack.enter_context(self._engine.connect(self.reference, self.deadline))
            self._container = self._inspect()
            if self._may_start and is_startable(self._container):
                stack.callback(self._stop)
                self._start()
            if problem := not_running(self._container, self.reference, self._engine):
                raise problem
            self.context["container"] = self._container["Name"].lstrip("/")
            self._diff = _Later(self._client, self._container, self.deadline)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.deadline.grant(UNDO_S)
        self._stack.close()

    def run(self, argv: Sequence[str], stdin: bytes, timeout_s: float, limit_bytes: int) -> Completed:
        """Run a program in the container as its own user and in its own folder; what does not end in time is killed."""
        with orderly_end(), speaking(self.reference):
            completed = self._exec(argv, stdin, timeout_s, Capture(limit_bytes), self._safe_path())
        if words := runtime_refusal(completed):
            raise not_startable(self.reference, argv[0], words)
        if completed.returncode != 0:
            was_killed = completed.returncode == KILLED and not (completed.timed_out or completed.truncated)
            self._require_same_life(SETTLE_S if was_killed else 0)
        return completed

    def follow(self, argv: Sequence[str], variables: Mapping[str, str], capture: Capture) -> int:
        """Run a command for as long as it takes, its output given to `capture` as it comes; return its exit status.

        `variables` are added to its environment. When we are interrupted it is killed, with what it started.
        """
        with speaking(self.reference):
            completed = self._exec(argv, b"", ENDLESS_S, capture, variables)
        if words := runtime_refusal(completed):
            raise not_startable(self.reference, argv[0], words)
        if completed.returncode == KILLED:
            self._require_same_life(SETTLE_S)
        return completed.returncode

    @contextmanager
    def archive(self, path: str) -> Iterator[Iterable[bytes]]:
        """Yield the pieces of a tar archive of one file or folder of the container, as the Engine packs it."""
        with speaking(self.reference):
            pieces, _ = self._client.get_archive(self._container["Id"], path)
            yield pieces

    @contextmanager
    def packer(self) -> Iterator[Packer]:
        """Give what packs files of the container as they are now."""
        yield packer_of(self._client, self._container, self.reference)

    @property
    def image_reference(self) -> str:
        """The image by its id: what has its name now may be another one."""
        return f"{self._engine.image_scheme}://{self.image_id}"

    def _exec(
        self, argv: Sequence[str], stdin: bytes, timeout_s: float, capture: Capture, variables: Mapping[str, str] | None = None
    ) -> Completed:
        token, ended = secrets.token_hex(16), False
        environment = {**(variables or {}), MARK: token}
        try:
            instance = self._client.exec_create(self._container["Id"], list(argv), stdin=True, environment=environment)
            try:
                attached = make(lambda: self._client.exec_start(instance["Id"], socket=True))
                ended = stream.talk(attached, stdin, capture, timeout_s)
            finally:
                if not ended:
                    self._kill(token)
        except Exception as error:  # one of the library's, which is loaded for that alone
            refusal = refused(error)
            if refusal is None:
                raise
            self._require_same_life()
            raise not_startable(self.reference, argv[0], str(refusal.explanation)) from None
        return capture.completed(self._exit_status(instance["Id"]), timed_out=not ended and not capture.full)

    def _safe_path(self) -> Mapping[str, str]:
        """Return the variable that keeps the working folder out, which often is a mounted checkout."""
        own = {setting.partition("=")[0] for setting in self._container["Config"].get("Env") or []}
        return safe_path.beside(own)

    def _exit_status(self, instance: str) -> int:
        """Return the exit status; the stream ends a moment before the Engine knows it. A killed program counts as 137."""
        deadline = time.monotonic() + SETTLE_S
        while (status := self._client.exec_inspect(instance).get("ExitCode")) is None and time.monotonic() < deadline:
            time.sleep(POLL_S)
        return KILLED if status is None else int(status)

    def _kill(self, token: str) -> None:
        """Kill the program and its children from inside; a container that is gone or paused has nothing to kill."""
        from docker.errors import DockerException
        from requests.exceptions import RequestException

        program = KILL.format(mark=MARK, token=token)
        self.deadline.grant(UNDO_S)
        with suppress(DockerException, RequestException, OSError):
            for python in self.pythons:
                instance = self._client.exec_create(self._container["Id"], [python, "-I", "-S", "-B", "-c", program])
                stream.talk(self._client.exec_start(instance["Id"], socket=True), b"", Capture(1 << 16), KILL_TIMEOUT_S)
                if self._exit_status(instance["Id"]) == 0:
                    return

    def outside(self) -> dict[str, Section]:
        """Return `image` and `container`, as the Engine sees them."""
        with speaking(self.reference):
            self._image = self._client.inspect_image(self._container["Image"])
        return {
            "image": image_section(self._image, self._container["Config"]["Image"]),
            "container": container_section(self._container, self._diff.result()),
        }

    def made(self) -> Inspection | None:
        """Return how somebody made it."""
        return Inspection(self._container, self._image, self._engine.tool) if self._image else None

    @property
    def launch(self) -> dict[str, Any]:
        """The container's main process: the first of its own, else the number that it has among those that it shares."""
        mode = str((self._container.get("HostConfig") or {}).get("PidMode") or "")
        shared = (self._container.get("State") or {}).get("Pid") if mode == "host" else None
        return {"of": "main", "pid": shared if mode == "host" or mode.startswith("container:") else 1}

    @property
    def image_id(self) -> str:
        """The id of the image that the container was made from."""
        return str(self._container["Image"])

    def unchanged(self, places: Sequence[str]) -> bool:
        """Say whether the Engine's diff and the mounts leave these places as the image has them."""
        changes = self._diff.result()
        mount_points = [mount["destination"] for mount in mounts(self._container)]
        return not isinstance(changes, str) and untouched(changes, mount_points, places)

    def _inspect(self) -> dict[str, Any]:
        document = self._look()
        if document is None:
            known = did_you_mean(self._name, self._names(), 3) or f"{self._engine.tool} ps -a shows those that exist"
            hint = f"{known}\nfor an image write {self._engine.image_scheme}://{self._name}"
            raise TargetError(f"{self.reference}: there is no container {self._name}", hint)
        return document

    def _names(self) -> list[str]:
        with speaking(self.reference):
            listed: list[dict[str, Any]] = self._client.containers(all=True)
        return [name.lstrip("/") for container in listed for name in container.get("Names") or []]

    def _look(self) -> dict[str, object] | None:
        """Return the container's inspect document; None where there is no such container."""
        with speaking(self.reference):
            try:
                document: dict[str, object] = self._client.inspect_container(self._name)
            except Exception as error:  # one of the library's, which is loaded for that alone
                if not is_missing(error):
                    raise
                return None
        return document

    def _start(self) -> None:
        with speaking(self.reference):
            make(lambda: self._client.start(self._container["Id"]))
        self._container = self._inspect()
        self.context["started"] = "the container was started for the probe, which ran its own command, and stopped again"

    def _stop(self) -> None:
        with speaking(self.reference):
            make(lambda: self._client.stop(self._container["Id"], timeout=STOP_TIMEOUT_S))

    def _require_same_life(self, patience_s: float = 0) -> None:
        """Raise TargetError when the container was lost: a program that failed with it was cut off.

        The Engine may know so only a moment after the program's end.
        """
        deadline = time.monotonic() + patience_s
        while not (problem := cut_off(self._container, self._look(), self.reference, self._engine)):
            if time.monotonic() >= deadline:
                return
            time.sleep(POLL_S)
        raise problem


class _Later:
    """What was changed in the container, looked up in the background: the Engine's diff can take longer than the probe."""

    def __init__(self, client: APIClient, container: dict[str, Any], deadline: Deadline) -> None:
        self._deadline = deadline
        self._answer: queue.SimpleQueue[list[ContainerChange] | str] = queue.SimpleQueue()
        self._known: list[ContainerChange] | str | None = None
        threading.Thread(target=self._ask, args=(client, container), daemon=True).start()

    def _ask(self, client: APIClient, container: dict[str, Any]) -> None:
        try:
            read = read_layer(container)
            self._answer.put(read_changes(client.diff(container["Id"])) if read is None else read)
        except Exception as error:  # noqa: BLE001 - whatever it is, the fact is unknown for that reason
            self._answer.put(f"the engine gives no diff: {error}")

    def result(self) -> list[ContainerChange] | str:
        """Wait for the answer: the changes, or the reason why there are none to be had."""
        if self._known is None:
            try:
                left_s = self._deadline.left_s(threading.TIMEOUT_MAX)
                self._known = self._answer.get(timeout=left_s)
            except queue.Empty:
                self._known = "the engine gives no diff: no answer in time"
        return self._known
