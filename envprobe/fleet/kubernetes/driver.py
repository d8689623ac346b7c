"""Who asks: a label by which another one knows what a driver left behind that is no more."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ...fact import sha256
from .manifest import DRIVER, GRACE_S


def driver_label() -> str:
    """Return a name for this process: the machine as its processes see it, the process, and what no other one has."""
    return f"{_machine()}.{os.getpid()}.{secrets.token_hex(4)}"


def is_left_over(job: dict[str, Any], own: str, now: datetime | None = None) -> bool:
    """Say whether nobody waits for a Job any more: its driver ended, or its time is over, wherever its driver may run."""
    metadata, spec = job.get("metadata") or {}, job.get("spec") or {}
    label = str((metadata.get("labels") or {}).get(DRIVER) or "")
    machine, _, rest = label.partition(".")
    number = rest.partition(".")[0]
    if machine == own.partition(".")[0] and number.isdecimal() and not _is_alive(int(number)):
        return True
    try:
        made = datetime.fromisoformat(str(metadata["creationTimestamp"]).replace("Z", "+00:00"))
    except (KeyError, ValueError):
        return False
    age = ((now or datetime.now(timezone.utc)) - made).total_seconds()
    return age > int(spec.get("activeDeadlineSeconds") or 0) + 10 * GRACE_S  # clocks differ


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _machine() -> str:
    """Return a digest of the machine since it was started, and of the space that its process numbers count in."""
    words = [socket.gethostname()]
    with suppress(OSError):
        words.append(Path("/proc/sys/kernel/random/boot_id").read_text("ascii"))
    with suppress(OSError):
        words.append(str(Path("/proc/self/ns/pid").readlink()))
    return sha256("\n".join(words).encode("utf-8", "surrogateescape"))[7:23]
