"""The calls of the Engine API that a look at a running container makes, straight over the engine's Unix socket.

To import the docker library takes as long as the engine takes for all of them, and the guest could run meanwhile. Only plain
success counts here: whatever else the engine answers is asked again through the library, which knows what it means. So nobody can
tell which of the two spoke. Every call that is not one of these goes to the library too.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .deadline import Deadline

if TYPE_CHECKING:
    from docker import APIClient

REQUEST_TIMEOUT_S = 60
ANSWER_LIMIT_BYTES = 64 << 20
HEAD_LIMIT_BYTES = 1 << 16
CHUNK_BYTES = 1 << 16


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
            upgrade = "Connection: Upgrade\r\nUpgrade: tcp\r\n"
            wanted = {"Tty": False, "Detach": False}
            return self._opened(
                _request("POST", f"/exec/{quote(instance, safe='')}/start", wanted, version="1.1", more=upgrade), "101"
            )
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

    def _document(self, method: str, path: str, body: object = None) -> dict[str, Any] | None:
        """Return the engine's answer where it is an object, else None: the library has to ask again."""
        try:
            found = self._ask(method, path, body)
        except (OSError, NotPlain):
            return None
        return found if isinstance(found, dict) else None

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        """Return the JSON of a successful answer. In HTTP/1.0 it ends where the connection does."""
        with self._connected() as wire:
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

    def _opened(self, request: bytes, status: str) -> socket.socket:
        """Return a connection from which the head of an answer with this status was read, and nothing behind it."""
        with ExitStack() as stack:
            wire = stack.enter_context(self._connected())
            wire.sendall(request)
            if _head(wire)["status"] != status:
                raise NotPlain
            stack.pop_all()
            return wire

    def _connected(self) -> socket.socket:
        wire = socket.socket(socket.AF_UNIX)
        try:
            wire.settimeout(self._deadline.left_s(REQUEST_TIMEOUT_S))
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
