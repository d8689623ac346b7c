"""Each container has host keys of its own, and keeps them.

Why: `apt-get install openssh-server` and `ssh-keygen -A` in a build make keys that every container of the image shares: whoever
has the image can pass for any of them. Keys that are made anew at each start teach people to ignore the warning.

Example: `RUN apt-get install -y openssh-server`

Fix: `RUN apt-get install -y openssh-server && rm -f /etc/ssh/ssh_host_*`, and `ssh-keygen -A` at the start, with the keys on
a volume.

Source: jkarlosb/git-server-docker#13, atmoz/sftp#28; CWE-321.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import FAIL, WARN, found
from ..model import AuditedFile, AuditFinding, BuildStage, ShellCommand
from .ssh_text import settings

RULE = "ssh.hostkeys"
WHY = "all containers of the image have the same host keys: whoever has the image can pass for them"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield host keys that images share, and clients that take any."""
    for stage in file.stages:
        yield from _baked(stage)
        for instruction in stage.instructions:
            if (
                instruction.keyword in ("COPY", "ADD")
                and "ssh_host_" in instruction.text
                and not instruction.text.split()[0].endswith(".pub")
            ):
                yield found(
                    RULE,
                    FAIL,
                    instruction.line,
                    f"{instruction.keyword} {instruction.text}",
                    WHY,
                    "mount the keys when the container starts",
                )
    for setting in settings(file):
        if setting.keyword == "StrictHostKeyChecking" and setting.value in ("no", "off"):
            yield found(
                f"{RULE}.unchecked",
                WARN,
                setting.line,
                setting.text,
                "any machine may pass for the one that is meant",
                "accept-new, or the key in known_hosts",
            )


def _baked(stage: BuildStage) -> Iterator[AuditFinding]:
    started = {word.line for word in stage.command}
    for index, command in enumerate(stage.commands):
        if not _makes_keys(command) or command.line in started:
            continue
        if not any(map(_removes_keys, stage.commands[index + 1 :])):
            yield found(
                RULE,
                WARN,
                command.line,
                " ".join(command.argv)[:120],
                WHY,
                "remove them in the same RUN: rm -f /etc/ssh/ssh_host_*; make them at the start, on a volume",
            )
            return


def _removes_keys(command: ShellCommand) -> bool:
    return command.name in ("rm", "shred", "find") and any("ssh_host" in word for word in command.argv)


def _makes_keys(command: ShellCommand) -> bool:
    if command.name == "ssh-keygen":
        target = command.option("-f")
        return command.flag("-A") is not None or (target is not None and "ssh_host_" in target.text)
    return (
        command.name in ("apt-get", "apt")
        and "install" in command.argv
        and {"openssh-server", "ssh"} & {word.partition("=")[0] for word in command.argv} != set()
    )
