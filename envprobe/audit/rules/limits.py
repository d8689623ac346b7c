"""A container that shares a machine has limits.

Why: without one, a training that needs all memory takes it from the colleagues' too, and the kernel ends whichever it likes.

Example: a container without `--memory`

Fix: `--memory 32g --cpus 8`; in Compose `mem_limit`, `cpus`; in Kubernetes `resources.limits`.

Source: CIS Docker Benchmark 5.11, 5.12. A note: on a machine of one's own there is nobody to protect.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import NOTE, found
from ..model import AuditedFile, AuditFinding
from ..query import is_work_place, started

RULE = "limits"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield containers without limits."""
    for launch in file.launches:
        if launch.get("memory") is None and is_work_place(launch):
            yield found(
                RULE,
                NOTE,
                started(launch).line,
                started(launch).value,
                "it may take all memory of the machine",
                "--memory 32g",
            )
