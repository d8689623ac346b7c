"""Nobody logs in as root.

Why: who is root in a container owns what is mounted in it, and with a mounted socket or `--privileged` the host.

Example: `RUN sed -i 's/#PermitRootLogin .*/PermitRootLogin yes/' /etc/ssh/sshd_config`

Fix: `PermitRootLogin no`, and a user of its own.

Source: sshd_config(5); Mozilla, OpenSSH guidelines.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import FAIL, NOTE, found
from ..model import AuditedFile, AuditFinding
from .ssh_text import settings

RULE = "ssh.root"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield servers that let root in."""
    for setting in settings(file):
        if setting.keyword != "PermitRootLogin" or setting.value in ("no", "forced-commands-only"):
            continue
        severity = FAIL if setting.value == "yes" else NOTE
        edit = (setting.text, "PermitRootLogin no") if severity == FAIL and setting.text.endswith("yes") else None
        yield found(
            RULE, severity, setting.line, setting.text, "whoever has the key or the password is root", "PermitRootLogin no", edit
        )
