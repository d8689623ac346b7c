"""`ssh://[user@]host[:port][/python]`: another machine, through the system's own ssh client and its configuration."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from ..error import TargetError
from . import process, safe_path
from .address import Address
from .deadline import Deadline
from .login import Login, read_login
from .machine import Machine
from .protocol import NOT_RUNNABLE, Completed, NoProgram

CONNECT_TIMEOUT_S = 15
NOT_CONNECTED = 255  # ssh(1): "or with 255 if an error occurred"

ANSWERS = (  # what ssh says, and what to do about it
    ("Host key verification failed", "connect once by hand to accept the host's key: {command}"),
    ("REMOTE HOST IDENTIFICATION HAS CHANGED", "the host's key is another one than before; find out why before going on"),
    ("Permission denied", "no key is accepted without a password; load one (ssh-add) or install it (ssh-copy-id)"),
    ("Could not resolve hostname", "check the name, or add it to ~/.ssh/config"),
    ("Connection refused", "is sshd running there, on that port?"),
    ("timed out", "is the machine up, and reachable from here?"),
)


def ssh_command(login: Login, *options: str) -> list[str]:
    """Return ssh's command line up to the host; it never asks anything, and gives up after CONNECT_TIMEOUT_S."""
    never_asking = ("-o", "BatchMode=yes", "-o", f"ConnectTimeout={CONNECT_TIMEOUT_S}")
    return ["ssh", "-T", *never_asking, *options, *login.options, "--", login.account]


def ssh_failure(login: Login, reference: str, stderr: bytes) -> TargetError:
    """Return the error that ssh's own words stand for."""
    text = stderr.decode("utf-8", "backslashreplace").strip()
    hint = next((answer for words, answer in ANSWERS if words in text), "try by hand: {command}")
    last = text.splitlines()[-1] if text else "ssh gave no reason"
    return TargetError(f"{reference}: cannot connect: {last}", hint.format(command=shlex.join(["ssh", *login.words])))


class SshTarget(Machine):
    """Python on another machine; the default is the python3 of a login without a terminal."""

    def __init__(self, address: Address, deadline: Deadline, config: str = "") -> None:
        """Take another file than ~/.ssh/config where `config` names one."""
        super().__init__(address, deadline)
        login = read_login(address.place, address.reference)
        self._login = Login(("-F", config, *login.words), login.path) if config else login
        self.pythons: tuple[str, ...] = (self._login.path,) if self._login.path else ("python3", "python")

    def run(self, argv: Sequence[str], stdin: bytes, timeout_s: float, limit_bytes: int) -> Completed:
        """Run a program there; ssh joins its words with spaces for the remote shell, so each is quoted."""
        words = shlex.join(safe_path.in_shell(argv))
        try:
            completed = process.run([*ssh_command(self._login), words], stdin, timeout_s, limit_bytes)
        except NoProgram:
            raise TargetError(f"{self.reference}: there is no ssh client on this machine", "install openssh-client") from None
        if completed.returncode == NOT_CONNECTED:
            raise ssh_failure(self._login, self.reference, completed.stderr)
        if completed.returncode in NOT_RUNNABLE and not completed.stdout:
            raise NoProgram(f"{self.reference}: {argv[0]}: cannot be run there")
        return completed

    @property
    def launch(self) -> dict[str, Any]:
        """A person's login: ssh gives a command none of what a profile exports."""
        return {"of": "login", "pinned": bool(self._login.path)}

    def __enter__(self) -> SshTarget:
        return self
