"""Who holds a port of this machine: a container, or a process that /proc shows."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

LISTEN = "0A"
"""As /proc/net/tcp spells the state (include/net/tcp_states.h)."""


def is_taken(address: str, port: int) -> bool:
    """Tell whether nobody else could listen there now."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            wire.bind((address.strip("[]"), port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def holder(port: int, containers: Iterable[Mapping[str, Any]]) -> str:
    """Return who holds a port: `container trainer`, `python3 (process 4711)`, or that only root sees it."""
    for one in containers:
        if any(row.get("PublicPort") == port for row in one.get("Ports") or ()):
            return f"container {str((one.get('Names') or ['?'])[0]).lstrip('/')}"
    inodes = set(_inodes(port))
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if any(str(link.readlink())[8:-1] in inodes for link in (folder / "fd").iterdir() if _is_socket(link)):
                return f"{(folder / 'comm').read_text().strip()} (process {folder.name})"
    return "a process of another user"


def free_after(address: str, port: int) -> int:
    """Return the next port that nobody holds."""
    return next((one for one in range(port + 1, min(port + 200, 65536)) if not is_taken(address, one)), 0)


def _inodes(port: int) -> Iterator[str]:
    for name in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for row in Path(name).read_text().splitlines()[1:]:
                fields = row.split()
                if fields[3] == LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]


def _is_socket(link: Path) -> bool:
    with suppress(OSError):
        return str(link.readlink()).startswith("socket:[")
    return False
