"""The calls of the Engine API that a look at a container or an image makes, straight over the engine's Unix socket.

To import the docker library takes as long as the engine takes for all of them, and the guest could run meanwhile. Only plain
success counts here: whatever else the engine answers is asked again through the library, which knows what it means. So nobody can
tell which of the two spoke. Every call that is not one of these goes to the library too.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from .deadline import Deadline

if TYPE_CHECKING:
    from docker import APIClient

REQUEST_TIMEOUT_S = 60
ANSWER_LIMIT_BYTES = 64 << 20
HEAD_LIMIT_BYTES = 1 << 16
CHUNK_BYTES = 1 << 16
UPGRADE = "Connection: Upgrade\r\nUpgrade: tcp\r\n"


class NotPlain(Exception):
    """The engine did not answer with plain success."""


class EarlyClient:
    """Stands for the library's client, and opens that where it is needed."""

    def __init__(self, path: str, deadline: Deadline, library: Callable[[], AbstractContextManager[APIClient]]) -> None:
        self._path, self._deadline, self._open = path, deadline, library
        self._stack, self._lock = ExitStack(), threading.Lock()
        self._client: APIClient | None = None

    def __enter__(self) -> EarlyClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library(), name)

    def _library(self) -> APIClient:
        with self._lock:  # the diff is asked for in a thread of its own
            if self._client is None:
                self._client = self._stack.enter_context(self._open())
            return self._client

    def inspect_container(self, container: str) -> Any:
        """Return the inspect document of a container."""
        found = self._document("GET", f"/containers/{quote(container, safe='')}/json")
        return self._library().inspect_container(container) if found is None else found

    def inspect_image(self, image: str) -> Any:
        """Return the inspect document of an image."""
        found = self._document("GET", f"/images/{quote(image, safe='/:')}/json")
        return self._library().inspect_image(image) if found is None else found

    def diff(self, container: str) -> Any:
        """Return what was changed in a container; null where nothing was."""
        try:
            return self._ask("GET", f"/containers/{quote(container, safe='')}/changes")
        except (OSError, NotPlain):
            return self._library().diff(container)

    def containers(self, *, all: bool = False, filters: Mapping[str, str] | None = None) -> Any:  # noqa: A002 - the library's
        """Return the listed containers, those that stand still too where all are asked for."""
        wanted = json.dumps({name: [value] for name, value in (filters or {}).items()})
        try:
            found = self._ask("GET", f"/containers/json?all={all:d}&filters={quote(wanted)}")
        except (OSError, NotPlain):
            found = None
        return found if isinstance(found, list) else self._library().containers(all=all, filters=filters)

    def create_container_from_config(self, config: Mapping[str, Any], name: str) -> Any:
        """Make a container. An engine that says nothing may have made it: asked again, it would refuse the name."""
        try:
            return self._ask("POST", f"/containers/create?name={quote(name, safe='')}", config)
        except NotPlain:
            return self._library().create_container_from_config(config, name)

    def attach_socket(self, container: str, params: Mapping[str, int]) -> Any:
        """Return the connection to a container's own program, from before its start on."""
        try:
            return self._upgraded(f"/containers/{quote(container, safe='')}/attach?{urlencode(params)}")
        except (OSError, NotPlain):
            return self._library().attach_socket(container, params)

    def start(self, container: str) -> None:
        """Start a container; one that runs already is no error."""
        if not self._is_done("POST", f"/containers/{quote(container, safe='')}/start"):
            self._library().start(container)

    def wait(self, container: str, timeout: int) -> Any:
        """Return how a container's program ended, once it has."""
        found = self._document("POST", f"/containers/{quote(container, safe='')}/wait", timeout_s=timeout)
        return self._library().wait(container, timeout=timeout) if found is None else found

    def remove_container(self, container: str, *, force: bool, v: bool) -> None:
        """Remove a container."""
        if not self._is_done("DELETE", f"/containers/{quote(container, safe='')}?force={force:d}&v={v:d}"):
            self._library().remove_container(container, force=force, v=v)

    def exec_create(
        self, container: str, command: Sequence[str], *, stdin: bool = False, environment: dict[str, str] | None = None
    ) -> Any:
        """Prepare a program in a container, and return what names it."""
        variables = [f"{name}={value}" for name, value in (environment or {}).items()]
        wanted = {"AttachStdin": stdin, "AttachStdout": True, "AttachStderr": True, "Cmd": [*command], "Env": variables}
        made = self._document("POST", f"/containers/{quote(container, safe='')}/exec", wanted)
        if made is None:
            return self._library().exec_create(container, list(command), stdin=stdin, environment=environment)
        return made

    def exec_start(self, instance: str, *, socket: bool) -> Any:
        """Start a prepared program and return the connection to it."""
        try:
            return self._upgraded(f"/exec/{quote(instance, safe='')}/start", {"Tty": False, "Detach": False})
        except (OSError, NotPlain):
            return self._library().exec_start(instance, socket=socket)

    def exec_inspect(self, instance: str) -> Any:
        """Return what became of a program."""
        found = self._document("GET", f"/exec/{quote(instance, safe='')}/json")
        return self._library().exec_inspect(instance) if found is None else found

    def get_archive(self, container: str, path: str) -> tuple[Iterable[bytes], Any]:
        """Return the pieces of a tar archive of a file or folder in a container, and nothing of what the library says beside."""
        address = f"/containers/{quote(container, safe='')}/archive?path={quote(path, safe='')}"
        try:
            wire = self._opened(_request("GET", address, None, version="1.0"), "200")
        except (OSError, NotPlain):
            return self._library().get_archive(container, path)
        return _pieces(wire), None

    def _document(self, method: str, path: str, body: object = None, *, timeout_s: float = REQUEST_TIMEOUT_S) -> Any:
        """Return the engine's answer where it is an object, else None: the library has to ask again."""
        try:
            found = self._ask(method, path, body, timeout_s=timeout_s)
        except (OSError, NotPlain):
            return None
        return found if isinstance(found, dict) else None

    def _is_done(self, method: str, path: str) -> bool:
        """Say whether the engine did what it has no answer to: the library has to ask again where it did not."""
        try:
            with self._connected() as wire:
                wire.sendall(_request(method, path, None, version="1.0"))
                return _head(wire)["status"].startswith("2")
        except (OSError, NotPlain):
            return False

    def _ask(self, method: str, path: str, body: object = None, *, timeout_s: float = REQUEST_TIMEOUT_S) -> Any:
        """Return the JSON of a successful answer. In HTTP/1.0 it ends where the connection does."""
        with self._connected(timeout_s) as wire:
            wire.sendall(_request(method, path, body, version="1.0"))
            head = _head(wire)
            pieces, size_bytes = [], 0
            while piece := wire.recv(CHUNK_BYTES):
                pieces.append(piece)
                size_bytes += len(piece)
                if size_bytes > ANSWER_LIMIT_BYTES:
                    raise NotPlain
        length = head.get("content-length")
        if not head["status"].startswith("2") or (length is not None and length != str(size_bytes)):
            raise NotPlain
        try:
            return json.loads(b"".join(pieces))
        except ValueError:
            raise NotPlain from None

    def _upgraded(self, path: str, body: object = None) -> socket.socket:
        return self._opened(_request("POST", path, body, version="1.1", more=UPGRADE), "101")

    def _opened(self, request: bytes, status: str) -> socket.socket:
        """Return a connection from which the head of an answer with this status was read, and nothing behind it."""
        with ExitStack() as stack:
            wire = stack.enter_context(self._connected())
            wire.sendall(request)
            if _head(wire)["status"] != status:
                raise NotPlain
            stack.pop_all()
            return wire

    def _connected(self, timeout_s: float = REQUEST_TIMEOUT_S) -> socket.socket:
        wire = socket.socket(socket.AF_UNIX)
        try:
            wire.settimeout(self._deadline.left_s(timeout_s))
            wire.connect(self._path)
        except BaseException:
            wire.close()
            raise
        return wire


def _request(method: str, path: str, body: object, *, version: str, more: str = "") -> bytes:
    content = b"" if body is None else json.dumps(body).encode("ascii")
    kind = "" if body is None else f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return f"{method} {path} HTTP/{version}\r\nHost: docker\r\n{more}{kind}\r\n".encode("ascii") + content


def _pieces(wire: socket.socket) -> Iterator[bytes]:
    with wire:
        while piece := wire.recv(CHUNK_BYTES):
            yield piece


def _head(wire: socket.socket) -> dict[str, str]:
    """Read the head of an answer and not a byte behind it; return its headers by name in lower case, and its `status`."""
    head = bytearray()
    while not head.endswith(b"\r\n\r\n"):
        byte = wire.recv(1)
        if not byte or len(head) > HEAD_LIMIT_BYTES:
            raise NotPlain
        head += byte
    first, *rest = head.decode("latin-1").split("\r\n")
    words = first.split()
    if len(words) < 2 or not words[0].startswith("HTTP/1."):
        raise NotPlain
    fields = (line.partition(":") for line in rest)
    return {**{name.strip().lower(): value.strip() for name, _, value in fields}, "status": words[1]}
