"""A proxy in front of the Docker engine that holds back one kind of request for as long as a test wants: a slow or frozen engine."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ENGINE = "/var/run/docker.sock"


class SlowEngine:
    """Passes everything on, but a request whose first bytes contain `held` only when it is let go."""

    def __init__(self, path: Path, held: bytes) -> None:
        self.host = f"unix://{path}"
        self.arrived = threading.Event()
        """Whether the request came."""
        self._held = held
        self._is_closed = False
        self._let_go = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(50)
        self._sockets = [self._listener]
        self._threads: list[threading.Thread] = []
        self._begin(self._accept)

    def let_go(self) -> None:
        """Pass the request on."""
        self._let_go.set()

    def close(self) -> None:
        """End every connection; what is still held never comes to the engine, which would make something of it after the test."""
        self._is_closed = True
        self.let_go()
        for wire in self._sockets:
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for wire in self._sockets:
            wire.close()

    def _begin(self, work: Callable[..., None], *arguments: socket.socket) -> None:
        self._threads.append(threading.Thread(target=work, args=arguments, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                engine = socket.socket(socket.AF_UNIX)
                self._sockets += [client, engine]
                engine.connect(ENGINE)
                self._begin(self._pass_on, client, engine)
                self._begin(_pump, engine, client)

    def _pass_on(self, client: socket.socket, engine: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                if self._held in data[:300]:
                    self.arrived.set()
                    self._let_go.wait()
                if self._is_closed:
                    return
                engine.sendall(data)
            engine.shutdown(socket.SHUT_WR)


def _pump(engine: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        while data := engine.recv(1 << 16):
            client.sendall(data)
        client.shutdown(socket.SHUT_WR)


@contextmanager
def slow_engine(held: bytes) -> Iterator[SlowEngine]:
    """Yield a proxy that holds back requests that contain `held`; its `host` is for DOCKER_HOST."""
    with tempfile.TemporaryDirectory(prefix="slow-") as folder:
        engine = SlowEngine(Path(folder) / "engine.sock", held)
        try:
            yield engine
        finally:
            engine.close()
