"""How an ssh client of this machine reaches the environment: its entry for ~/.ssh/config. Pure."""

from __future__ import annotations

from .lifecycle import Running
from .plan import ACCOUNT


def entry(running: Running) -> str:
    """Return the entry."""
    address, _, port = running.url.removeprefix("ssh://").rstrip("/").rpartition(":")
    rows = [f"Host {running.name}", f"    HostName {address}", f"    Port {port}", f"    User {ACCOUNT}"]
    return "\n".join(rows) + "\n"
