"""People do not work as root.

Why: files that root writes into a mount belong to root on the host, and a mistake in the container has all rights there.

Example: `USER root` as the last one, `docker run -u 0`, `jupyter notebook --allow-root`

Fix: `docker run --user "$(id -u):$(id -g)" -e HOME=/tf/notebooks …`; in a Dockerfile a user of its own and `USER NAME`.

Source: Docker, "Building best practices", USER; CIS Docker Benchmark 4.1; hadolint DL3002. That nobody sets a user is a note: the
official images are root's, and experts disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import NOTE, WARN, found
from ..model import AuditedFile, AuditFinding
from ..query import jupyter_commands, started

RULE = "user.root"
ROOT = re.compile(r"(?:root|0+)(?::.*)?$")
WHY = "everything in the container is done as root, and files in mounts belong to root"
BY_CALLER = '--user "$(id -u):$(id -g)"'


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield containers that run as root."""
    yield from _build(file)
    for launch in file.launches:
        user = launch.get("user")
        if user is not None and ROOT.match(user.value):
            yield found(RULE, WARN, user.line, f"user {user.value}", WHY, BY_CALLER)
        elif user is None and (launch.image or launch.is_built) and launch.source != "devcontainer":
            yield found(
                f"{RULE}.silent",
                NOTE,
                started(launch).line,
                started(launch).value,
                "nobody says who runs it: most images then run as root",
                BY_CALLER,
            )
    for command in jupyter_commands(file):
        if word := command.flag("--allow-root"):
            yield found(
                f"{RULE}.jupyter",
                WARN,
                word.line,
                "--allow-root",
                WHY,
                "a user of its own, and without --allow-root",
                (" --allow-root", ""),
            )


def _build(file: AuditedFile) -> Iterator[AuditFinding]:
    final = file.final
    if final is None or file.kind != "dockerfile":
        return
    if final.user is None:
        yield found(
            f"{RULE}.silent",
            NOTE,
            final.base.line,
            final.base.value,
            "no USER: the image runs as its base does, mostly as root",
            "USER NAME",
        )
    elif ROOT.match(final.user.value):
        yield found(RULE, WARN, final.user.line, f"USER {final.user.value}", WHY, "end with the user that works: USER NAME")
