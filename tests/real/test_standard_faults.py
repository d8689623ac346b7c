"""An engine that hangs, or dies in the midst of `envprobe up`: said, and nothing half-made stays. `nox -s standard` runs it."""

from __future__ import annotations

import socket
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.debian import require_standard
from tests.support.engine import PrivateEngine, private_engine, tiny_image
from tests.support.project import Project

pytestmark = pytest.mark.real
PLAIN = "envprobe-test/python:3.9.2"


@pytest.fixture(scope="module")
def engine() -> Iterator[PrivateEngine]:
    """An engine of these tests' own, with the small image."""
    require_standard()
    subprocess.run(["docker", "tag", tiny_image(), PLAIN], check=True)
    with private_engine() as made:
        made.load(PLAIN)
        yield made


@contextmanager
def _between(folder: Path, engine: PrivateEngine, sign: bytes, act: Callable[[], None]) -> Iterator[str]:
    """Yield the DOCKER_HOST of a socket that passes on what is said, until a request has a sign: then it acts and hangs up."""

    class Both(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as there:
                there.connect(engine.host.removeprefix("unix://"))
                back = threading.Thread(target=_pass_on, args=(there, self.request))
                back.start()
                _pass_on(self.request, there, sign, act)
                back.join()

    path = folder / "between.sock"
    with socketserver.ThreadingUnixStreamServer(str(path), Both) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"unix://{path}"
        server.shutdown()


def _pass_on(source: socket.socket, target: socket.socket, sign: bytes = b"", act: Callable[[], None] = lambda: None) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            if sign and sign in data:
                act()
                break
            target.sendall(data)
    for wire in (source, target):
        with suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)


def test_a_daemon_that_hangs_is_named(engine: PrivateEngine, tmp_path: Path) -> None:
    """It takes connections and never answers: the wait has an end."""
    project = Project(tmp_path, PLAIN, start="plain")
    engine.freeze()
    try:
        done = project.type("up", DOCKER_HOST=engine.host)
    finally:
        engine.thaw()
    assert done.returncode == 2 and "no answer in time" in done.stderr and "docker version" in done.stderr
    assert not project.state.exists()


def test_a_daemon_that_dies_before_the_start_leaves_what_is_named(engine: PrivateEngine, tmp_path: Path) -> None:
    """Nobody can remove a container without an engine: its name and the command are printed, and `down` works afterwards."""
    project = Project(tmp_path, PLAIN, start="plain")
    with _between(tmp_path, engine, b"/start HTTP", engine.kill) as host:
        done = project.type("up", DOCKER_HOST=host)
    assert done.returncode == 2 and f"docker rm -f {project.name}" in done.stderr
    engine.start()
    assert project.name in engine.docker("ps", "-a").stdout
    assert project.type("down", DOCKER_HOST=engine.host).returncode == 0
    assert project.name not in engine.docker("ps", "-a").stdout
    done = project.type("up", "--no-check", DOCKER_HOST=engine.host)
    assert done.returncode == 0, done.stderr
    assert project.type("down", DOCKER_HOST=engine.host).returncode == 0
