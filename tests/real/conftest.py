"""What real tests share: one browser, an sshd, Podman's copy of the small image."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import chromium
from tests.support.engine import missing, tiny_image

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Debian's Podman asks for crun and for limits that only a privileged root may set.
SETTINGS = """
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
"""
SSHD = shutil.which("sshd") or "/usr/sbin/sshd"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium, started once."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`user@127.0.0.1:port` of an sshd of the test's own, and an ssh client that knows its host key and has its key."""
    if not Path(SSHD).exists() or not shutil.which("ssh"):
        missing("no sshd and ssh here; install openssh-server and openssh-client")
    folder = tmp_path_factory.mktemp("sshd")
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    shutil.copy(folder / "user.pub", folder / "authorized_keys")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text()}")
    (folder / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized_keys\n"
        "StrictModes no\nUsePAM no\nPasswordAuthentication no\nPidFile none\nPermitRootLogin yes\n"
    )
    (folder / "ssh").write_text(
        f'#!/bin/sh\nexec {shutil.which("ssh")} -F none -i {folder}/user -o UserKnownHostsFile="$KNOWN_HOSTS" "$@"\n'
    )
    (folder / "ssh").chmod(0o755)
    Path("/run/sshd").mkdir(exist_ok=True)  # sshd's privilege separation wants it
    with subprocess.Popen([SSHD, "-D", "-E", folder / "log", "-f", folder / "sshd_config"]) as sshd:
        while "Server listening" not in ((folder / "log").read_text() if (folder / "log").exists() else ""):
            assert sshd.poll() is None, "sshd ended"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
            patch.setenv("KNOWN_HOSTS", str(folder / "known_hosts"))
            yield f"{getpass.getuser()}@127.0.0.1:{port}"
        sshd.terminate()


@pytest.fixture(scope="module")
def podman_image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The small image, copied from the Docker engine into Podman's own store."""
    if not shutil.which("podman"):
        missing("no podman here; install podman and runc")
    settings = tmp_path_factory.mktemp("podman") / "containers.conf"
    settings.write_text(SETTINGS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTAINERS_CONF", str(settings))
        tag = tiny_image()
        with subprocess.Popen(["docker", "save", tag], stdout=subprocess.PIPE) as saving:
            subprocess.run(["podman", "load", "--quiet"], stdin=saving.stdout, check=True, capture_output=True)
        yield tag
