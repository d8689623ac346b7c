"""SSH lets keys in, no passwords.

Why: a password that stands in a Dockerfile is known to everybody who has the image, and every machine on the network may guess
passwords all day.

Example: `RUN echo 'root:tensorflow' | chpasswd`

Fix: `PasswordAuthentication no`, and a public key in ~/.ssh/authorized_keys, mounted when the container starts.

Source: Mozilla, OpenSSH guidelines; CIS Docker Benchmark 5.7 (no sshd in containers); checkov CKV2_DOCKER_17.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import FAIL, found
from ..model import AuditedFile, AuditFinding
from .ssh_text import settings

RULE = "ssh.password"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield passwords that are set, and servers that take them."""
    for command in file.commands:
        if command.name == "chpasswd":
            yield found(
                RULE,
                FAIL,
                command.line,
                "chpasswd",
                "the password is in every copy of the image",
                "a key in authorized_keys, mounted at the start",
            )
        elif (
            command.name == "passwd"
            and not command.flag("-d", "-l", "--lock", "-u", "--delete")
            and (command.stdin or command.flag("--stdin"))
        ):
            yield found(
                RULE,
                FAIL,
                command.line,
                "passwd",
                "the password is in every copy of the image",
                "a key in authorized_keys, mounted at the start",
            )
        elif command.name == "passwd" and command.flag("-d", "--delete"):
            yield found(
                RULE,
                FAIL,
                command.line,
                " ".join(command.argv),
                "an account without a password lets everybody in",
                "lock it instead: passwd -l, and log in by key",
            )
        elif command.name in ("useradd", "usermod", "adduser"):
            given = command.option("-p", "--password")
            if given is not None and given.text not in ("*", "!", "x", "*NP*"):
                yield found(
                    RULE,
                    FAIL,
                    given.line,
                    f"{command.name} --password",
                    "the password is in every copy of the image",
                    "a key in authorized_keys, mounted at the start",
                )
    for setting in settings(file):
        if setting.keyword in ("PasswordAuthentication", "PermitEmptyPasswords") and setting.value == "yes":
            edit = (setting.text, setting.text[: -len("yes")] + "no") if setting.text.endswith("yes") else None
            yield found(
                RULE, FAIL, setting.line, setting.text, "passwords can be guessed, keys cannot", f"{setting.keyword} no", edit
            )
