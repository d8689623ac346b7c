"""What sshd is given: by its options, by lines put into its configuration, and by `sed` on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..model import AuditedFile
from ..query import SSHD_CONFIG, source_line, variables

KEYWORDS = (
    "PasswordAuthentication",
    "PermitRootLogin",
    "PermitEmptyPasswords",
    "KbdInteractiveAuthentication",
    "ChallengeResponseAuthentication",
    "StrictHostKeyChecking",
)
ASKED = {
    "PASSWORD_ACCESS": "PasswordAuthentication",
    "SSH_ENABLE_PASSWORD_AUTH": "PasswordAuthentication",
    "SSH_ENABLE_ROOT": "PermitRootLogin",
}
"""By the variables of linuxserver/openssh-server and panubo/sshd."""
SAID = re.compile(rf"^\s*({'|'.join(KEYWORDS)})[\s=]+[\"']?([\w-]+)", re.I)
SED = re.compile(r"s(?P<d>[/|#,@!])(?P<old>.*?)(?P=d)(?P<new>[^\n]*?)(?P=d)[gIi]*", re.S)


class SshSetting(NamedTuple):
    """A keyword, its value in lower case, where it stands, and the words."""

    keyword: str
    value: str
    line: int
    text: str


def settings(file: AuditedFile) -> Iterator[SshSetting]:
    """Yield what a file makes of the configuration of ssh and sshd."""
    for text in file.texts:
        if SSHD_CONFIG.search(text.path):
            for offset, row in enumerate(text.text.splitlines()):
                yield from _said(row, _line_of(file, text.line, offset, row))
    for setting in variables(file):
        keyword = ASKED.get(setting.name)
        if keyword is not None and setting.value.lower() in ("true", "yes", "1"):
            yield SshSetting(keyword, "yes", setting.line, setting.name)
    for command in file.commands:
        if command.name in ("sshd", "ssh", "scp", "sftp", "rsync"):
            for option in command.options("-o"):
                yield from _said(option.text, option.line)
        elif command.name == "sed" and any(SSHD_CONFIG.search(word) for word in command.argv):
            for word in command.arguments[1:]:
                for change in SED.finditer(word.text):
                    yield from _said(change["new"].lstrip("\\1#"), word.line)


def _line_of(file: AuditedFile, first: int, offset: int, row: str) -> int:
    """Return where a row of a text stands: those of a heredoc under each other, those that `printf` makes on its own line."""
    below = source_line(file, first + offset)
    return first if below and row.strip() not in below else first + offset


def _said(row: str, line: int) -> Iterator[SshSetting]:
    found = SAID.match(row)
    if found:
        name = next(keyword for keyword in KEYWORDS if keyword.lower() == found[1].lower())
        yield SshSetting(name, found[2].lower(), line, row.strip())
