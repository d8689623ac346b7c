"""`envprobe up --ssh` with the system's ssh client, and what editors ask of a server. `nox -s standard` runs it."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.cluster import free_ports
from tests.support.debian import VARIABLES, debian_image
from tests.support.project import OWNER, Project

pytestmark = pytest.mark.real


class Desk(NamedTuple):
    """A project that is reached by ssh, with the key that is let in."""

    project: Project
    key: Path

    def ssh(self, *words: str, options: tuple[str, ...] = (), **keywords: object) -> subprocess.CompletedProcess[str]:
        """Type `ssh … HOST words`."""
        command = ["ssh", *self.options, *options, self.project.name, *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, **keywords)  # type: ignore[call-overload]

    @property
    def options(self) -> tuple[str, ...]:
        """What finds the entry and the key, and asks nobody."""
        config = self.project.token_file.with_name("ssh_config")
        return ("-F", str(config), "-i", str(self.key), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A project of a Debian image without sshd, after its first `envprobe up --ssh`."""
    folder = tmp_path_factory.mktemp("ssh")
    for name in ("key", "other"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    project = Project(folder, debian_image(), env={"TF_CPP_MIN_LOG_LEVEL": "2"})
    try:
        done = project.type("up", "--ssh", "--key", f"{folder}/key.pub", "--no-check", "--port", str(project.port))
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"Host {project.name}\n    HostName 127.0.0.1\n    Port {project.port}\n    User work\n")
        yield Desk(project, folder / "key")
    finally:
        project.remove()


def test_the_key_is_let_in_and_is_not_root(desk: Desk) -> None:
    """A login is the caller, in whose folder files are made."""
    done = desk.ssh("id -u; id -un; echo made >/tf/notebooks/made.txt")
    assert (done.returncode, done.stdout) == (0, f"{OWNER}\nwork\n"), done.stderr
    assert (desk.project.folder / "made.txt").stat().st_uid == OWNER


@pytest.mark.parametrize(
    "options",
    [
        ("-o", "PubkeyAuthentication=no"),
        ("-o", "PreferredAuthentications=password,keyboard-interactive"),
        ("-o", "PreferredAuthentications=none"),
        ("-l", "root"),
        ("-l", "nobody"),
    ],
)
def test_nothing_else_is_let_in(desk: Desk, options: tuple[str, ...]) -> None:
    """No password, no root, no other account."""
    done = desk.ssh("true", options=options)
    assert done.returncode == 255 and "Permission denied (publickey)" in done.stderr


def test_another_key_is_refused(desk: Desk) -> None:
    """Only what was named is let in."""
    done = Desk(desk.project, desk.key.with_name("other")).ssh("true")
    assert done.returncode == 255 and "Permission denied (publickey)" in done.stderr


def test_a_session_has_the_containers_environment(desk: Desk) -> None:
    """What the image and the settings set, and no secret of theirs."""
    said = dict(row.partition("=")[::2] for row in desk.ssh("env").stdout.splitlines())
    assert said["LD_LIBRARY_PATH"] == VARIABLES["LD_LIBRARY_PATH"] and said["TF_CPP_MIN_LOG_LEVEL"] == "2"
    assert said["HOME"] == "/home/work" and "TEAM_API_TOKEN" not in said


def test_the_host_is_known_and_stays_the_same(desk: Desk) -> None:
    """Its key was made once: no warning that somebody may listen, after a new container neither."""
    known = desk.project.token_file.with_name("known_hosts").read_text()
    assert known.startswith(f"[127.0.0.1]:{desk.project.port} ssh-ed25519 ")
    words = ("up", "--ssh", "--key", f"{desk.key}.pub", "--no-check", "--recreate", "--port", str(desk.project.port))
    assert desk.project.type(*words).returncode == 0
    assert desk.project.token_file.with_name("known_hosts").read_text() == known
    assert desk.ssh("true").returncode == 0


def test_editors_find_what_they_need(desk: Desk) -> None:
    """VS Code and PyCharm copy a server by sftp or tar, start it, leave it running, and forward its port."""
    batch = "put -r /etc/ssl/openssl.cnf copied.cnf\nget copied.cnf /dev/null\n"
    done = subprocess.run(["sftp", *desk.options, "-b", "-", desk.project.name], input=batch, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert desk.ssh("tar --version && command -v bash").returncode == 0
    assert (
        desk.ssh("nohup python3 -m http.server 9000 --directory /tf/notebooks >/dev/null 2>&1 & echo $! >server.pid").returncode
        == 0
    )
    assert desk.ssh('kill -0 "$(cat server.pid)"').returncode == 0
    (port,) = free_ports(1)
    command = ["ssh", *desk.options, "-N", "-L", f"{port}:127.0.0.1:9000", desk.project.name]
    with subprocess.Popen(command) as forwarding:
        try:
            assert b"envprobe.toml" in _fetched(port)
        finally:
            forwarding.terminate()


def test_a_key_that_is_none_is_refused(desk: Desk, tmp_path: Path) -> None:
    """A private key is not read on, and nothing is started."""
    other = Project(tmp_path, debian_image())
    for key, words in (
        (desk.key, "a private key"),
        (other.folder / "envprobe.toml", "no public key"),
        (tmp_path / "none", "No such"),
    ):
        done = other.type("up", "--ssh", "--key", str(key), "--port", str(other.port))
        assert done.returncode == 2 and words in done.stderr
    done = other.type("up", "--ssh", "--port", str(other.port), HOME=str(tmp_path), SSH_AUTH_SOCK="")
    assert done.returncode == 2 and "ssh-keygen -t ed25519" in done.stderr
    assert other.container is None


def _fetched(port: int) -> bytes:
    """Return the page of a folder, once somebody forwards the port to a server that is up: until then sshd hangs up."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as wire:
                wire.sendall(b"GET / HTTP/1.0\r\n\r\n")
                if page := b"".join(iter(lambda: wire.recv(4096), b"")):
                    return page
        except ConnectionError:
            pass
        time.sleep(0.1)
    raise AssertionError("nothing is forwarded")
