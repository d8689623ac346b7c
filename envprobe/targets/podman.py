"""`podman://` and `podman+image://`: Podman speaks the Engine API too, over a socket that it opens on request."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..error import TargetError
from .address import Address
from .container import ContainerTarget
from .deadline import Deadline
from .engine import Endpoint, Engine, connect
from .image import ImageTarget
from .interruption import held_back

if TYPE_CHECKING:
    from docker import APIClient

ROOT_SOCKET = "/run/podman/podman.sock"
START_HINT = "systemctl --user start podman.socket, or point CONTAINER_HOST at one that runs"
START_LIMIT_S = 15
IDLE_LIMIT_S = 60  # after a killed envprobe
POLL_S = 0.02


def podman_endpoint(environ: Mapping[str, str], user_id: int) -> Endpoint | None:
    """Return CONTAINER_HOST, or the socket that systemd opened for this user; None where there is neither."""
    if url := environ.get("CONTAINER_HOST"):
        return Endpoint(url, "CONTAINER_HOST")
    runtime = environ.get("XDG_RUNTIME_DIR") or f"/run/user/{user_id}"
    own = ROOT_SOCKET if user_id == 0 else f"{runtime}/podman/podman.sock"
    return Endpoint(f"unix://{own}", "default") if Path(own).is_socket() else None


@contextmanager
def connect_podman(reference: str, deadline: Deadline) -> Iterator[APIClient]:
    """Connect to Podman's socket; where none is open, `podman system service` opens one for as long as the target is used."""
    endpoint = podman_endpoint(os.environ, os.getuid())
    if endpoint:
        with connect(reference, endpoint, START_HINT, ROOT_SOCKET, deadline) as client:
            yield client
        return
    with _service(reference, deadline) as url:
        there = Endpoint(url, "podman system service")
        with connect(reference, there, START_HINT, "", deadline) as client:
            yield client


@contextmanager
def _service(reference: str, deadline: Deadline) -> Iterator[str]:
    program = shutil.which("podman")
    if program is None:
        raise TargetError(f"{reference}: there is no podman on this machine, and CONTAINER_HOST is not set", START_HINT)
    with tempfile.TemporaryDirectory(prefix="envprobe-") as folder:
        path = Path(folder) / "podman.sock"
        command = [program, "system", "service", f"--time={IDLE_LIMIT_S}", f"unix://{path}"]
        service = None
        try:
            with held_back():
                service = _start(command)
            _wait(service, path, reference, Deadline(deadline.left_s(START_LIMIT_S)))
            yield f"unix://{path}"
        finally:
            if service is not None:
                _end(service)


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    nothing = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=subprocess.PIPE, start_new_session=True)


def _end(service: subprocess.Popen[bytes]) -> None:
    service.terminate()
    service.wait()
    if service.stderr:
        service.stderr.close()


def _wait(service: subprocess.Popen[bytes], path: Path, reference: str, deadline: Deadline) -> None:
    while not _listens(path):
        if service.poll() is not None:
            words = (service.stderr.read() if service.stderr else b"").decode("utf-8", "backslashreplace").strip().splitlines()
            raise TargetError(
                f"{reference}: podman system service ended: {words[-1] if words else 'no reason given'}", "does `podman ps` work?"
            )
        if deadline.is_over:
            raise TargetError(f"{reference}: podman opened no socket in time", "does `podman ps` work?")
        time.sleep(POLL_S)


def _listens(path: Path) -> bool:
    """Say whether a socket takes connections: its file is there (bind) a moment before somebody listens (listen)."""
    with socket.socket(socket.AF_UNIX) as wire:
        return wire.connect_ex(str(path)) == 0


PODMAN = Engine("podman", "podman+image", connect_podman)


def container(address: Address, deadline: Deadline) -> ContainerTarget:
    """Return the target of `podman://`."""
    return ContainerTarget(address, deadline, PODMAN)


def image(address: Address, deadline: Deadline) -> ImageTarget:
    """Return the target of `podman+image://`."""
    return ImageTarget(address, deadline, PODMAN)
