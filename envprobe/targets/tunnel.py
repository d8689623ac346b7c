"""Reach an Engine on another machine: its socket, forwarded by the system's ssh client."""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

from ..error import TargetError
from .deadline import Deadline
from .interruption import held_back
from .login import read_login
from .process import end_session
from .ssh import CONNECT_TIMEOUT_S, ssh_command, ssh_failure

POLL_S = 0.02
FORWARDING_REFUSED = "sshd there must allow it (AllowStreamLocalForwarding), and the user must be allowed to use the socket"


class Tunnel:
    """One ssh connection that makes a remote Engine's socket a local one.

    The docker library's own ways need paramiko, which leaves most of ~/.ssh/config out, or one ssh process per request.
    `ssh://[user@]host[:port][/path/to/engine.sock]`; without a path, `remote_socket`.
    """

    def __init__(self, url: str, remote_socket: str, deadline: Deadline) -> None:
        self._url = url
        self._deadline = deadline
        self._login = read_login(url.partition("://")[2].rstrip("/"), url)
        self._remote = self._login.path or remote_socket
        self._folder = tempfile.TemporaryDirectory(prefix="envprobe-")
        self._socket = Path(self._folder.name) / "engine.sock"
        self._ssh: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> str:
        """Connect, and return the URL of the local socket."""
        forward = ("-n", "-N", "-o", "ExitOnForwardFailure=yes", "-L", f"{self._socket}:{self._remote}")
        try:
            with held_back():
                self._ssh = subprocess.Popen(
                    ssh_command(self._login, *forward),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
            self._wait(self._ssh)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return f"unix://{self._socket}"

    def _wait(self, ssh: subprocess.Popen[bytes]) -> None:
        deadline = Deadline(self._deadline.left_s(2 * CONNECT_TIMEOUT_S))
        while not self._socket.exists():
            if ssh.poll() is not None:
                raise ssh_failure(self._login, self._url, ssh.stderr.read() if ssh.stderr else b"")
            if deadline.is_over:
                raise TargetError(f"{self._url}: no tunnel in time", FORWARDING_REFUSED)
            time.sleep(POLL_S)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._ssh:
            end_session(self._ssh)  # ssh sleeps through a SIGTERM that comes as it begins to wait
        self._folder.cleanup()
