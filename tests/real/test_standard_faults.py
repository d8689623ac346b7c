"""An engine that hangs, dies, is full or not ours in the midst of `envprobe up`: said, and nothing half-made stays. `nox -s standard` runs it."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import socket
import socketserver
import subprocess
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.debian import require_standard
from tests.support.engine import PrivateEngine, missing, private_engine, tiny_image
from tests.support.project import OWNER, Project

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


@contextmanager
def _registry(engine: PrivateEngine) -> Iterator[str]:
    """Yield 127.0.0.1:PORT of Debian's docker-registry in the engine's own network."""
    if shutil.which("docker-registry") is None:
        missing("no docker-registry here; install it")
    engine.inside("ip", "link", "set", "lo", "up").wait()
    folder = engine.folder / "registry"
    folder.mkdir()
    (folder / "config.yml").write_text(
        f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {folder}/data}}}}\nhttp: {{addr: '127.0.0.1:5000'}}\n"
    )
    process = engine.inside("docker-registry", "serve", str(folder / "config.yml"))
    try:
        yield "127.0.0.1:5000"
    finally:
        process.kill()
        process.wait()


@contextmanager
def _small_disk(engine: PrivateEngine) -> Iterator[None]:
    """Give the engine an empty disk that has less room than the image takes."""
    engine.stop()
    data = engine.folder / "data"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", data], check=True)
    engine.start()
    try:
        yield
    finally:
        engine.stop()
        subprocess.run(["umount", "--lazy", data], check=True)
        engine.start()


def test_a_disk_that_is_full_is_named(engine: PrivateEngine, tmp_path: Path) -> None:
    """A pull that finds no room says so, with what shows who takes it; no image, container or token is left."""
    with _registry(engine) as registry:
        image = f"{registry}/team/train:1.4.0"
        project = Project(tmp_path, image, start="plain")
        engine.docker("tag", PLAIN, image)
        for _ in range(100):
            if (pushed := engine.docker("push", image)).returncode == 0:
                break
            time.sleep(0.1)
        assert pushed.returncode == 0, pushed.stderr
        engine.docker("rmi", image)
        with _small_disk(engine):
            done = project.type("up", "--pull", DOCKER_HOST=engine.host)
            assert done.returncode == 2 and "the engine's disk is full" in done.stderr and "docker system df" in done.stderr
            assert engine.docker("ps", "-aq").stdout == engine.docker("images", "-q").stdout == ""
        assert not project.state.exists()
        done = project.type("up", "--pull", "--no-check", DOCKER_HOST=engine.host)
        assert done.returncode == 0, done.stderr
        assert project.type("down", DOCKER_HOST=engine.host).returncode == 0


def test_an_image_for_another_processor_is_named(engine: PrivateEngine, tmp_path: Path) -> None:
    """By what the image itself says, before anything of it runs."""
    saved, changed = tmp_path / "saved.tar", tmp_path / "changed.tar"
    engine.docker("save", "-o", str(saved), PLAIN)
    with tarfile.open(saved) as before, tarfile.open(changed, "w") as after:
        for member in before:
            data = before.extractfile(member).read() if member.isfile() else b""  # type: ignore[union-attr]
            if member.name.endswith(".json") and b'"rootfs"' in data:
                data = json.dumps({**json.loads(data), "architecture": "arm64"}).encode()
            if member.name == "manifest.json":
                data = data.replace(PLAIN.encode(), b"team/arm:1.4.0")
            if member.name != "repositories":
                member.size = len(data)
                after.addfile(member, io.BytesIO(data))
    assert engine.docker("load", "-i", str(changed)).returncode == 0
    project = Project(tmp_path, "team/arm:1.4.0", start="plain")
    done = project.type("up", "--no-check", DOCKER_HOST=engine.host)
    assert "team/arm:1.4.0 is made for arm64, and this engine runs on amd64" in done.stderr
    assert project.type("down", DOCKER_HOST=engine.host).returncode == 0


def test_who_may_not_use_the_socket_is_told(engine: PrivateEngine, tmp_path: Path) -> None:
    """Nothing is made, and the group is named with the command that joins it."""
    project = Project(tmp_path, PLAIN, start="plain")
    path = engine.host.removeprefix("unix://")
    os.chown(path, 12345, 12345)  # root without the capability to write everywhere is anybody
    try:
        typed = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *project.command("up")]
        environ = project.environ(DOCKER_HOST=engine.host)
        done = subprocess.run(typed, cwd=project.folder, env=environ, capture_output=True, text=True, timeout=120)
    finally:
        os.chown(path, 0, 0)
    assert done.returncode == 2 and "you may not use its socket" in done.stderr and "usermod -aG docker" in done.stderr
    assert not project.state.exists()


def test_a_folder_that_an_engine_made_is_named(engine: PrivateEngine, tmp_path: Path) -> None:
    """`docker run -v` made it as root: what gives it back is said, typed, and then it is what is worked in."""
    project = Project(tmp_path, PLAIN)
    project.configure(image=PLAIN, start="plain", folder="new work")
    made = project.folder / "new work"
    assert engine.docker("run", "--rm", "-v", f"{made}:/x", PLAIN, "true").returncode == 0
    caller = {"SUDO_UID": str(OWNER), "SUDO_GID": str(OWNER), "DOCKER_HOST": engine.host}
    done = project.type("up", "--no-check", **caller)
    assert done.returncode == 2 and "belongs to root" in done.stderr and "docker run -v" in done.stderr
    assert engine.docker("ps", "-aq").stdout == "" and not project.state.exists()
    (typed,) = re.findall(r"sudo (chown -R .*)", done.stderr)
    subprocess.run(["sh", "-c", typed], check=True)
    done = project.type("up", "--no-check", **caller)
    assert done.returncode == 0, done.stderr
    assert project.type("down", **caller).returncode == 0


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
