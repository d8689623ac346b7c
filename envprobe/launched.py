"""What a probe judged in place of itself, as its answer says: a container's main process, a person's login. Pure."""

from __future__ import annotations

from typing import Any

from .fingerprint import Fingerprint
from .spelling import line

SHOWN = 12


def launched_python(fingerprint: Fingerprint) -> str:
    """Return the interpreter that was judged in place of the one that was started; empty where it is that one."""
    python = _said(fingerprint).get("python")
    return python if isinstance(python, str) and python.isprintable() else ""


def parted(fingerprint: Fingerprint) -> list[str]:
    """Return the variables, and `its Python`, in which what runs there parts from a command that is sent there."""
    parts = _said(fingerprint).get("parts")
    return [part for part in parts if isinstance(part, str)] if isinstance(parts, list) else []


def sentence(fingerprint: Fingerprint) -> str:
    """Return what was judged and where it parts from a command that is sent there; empty where they are the same."""
    parts, who = parted(fingerprint), _said(fingerprint).get("who")
    if not parts or not isinstance(who, str):
        return ""
    python = launched_python(fingerprint)
    named = [f"its Python ({python})" if part == "its Python" and python else part for part in parts]
    more = [f"and {len(named) - SHOWN} more"] if len(named) > SHOWN else []
    return line(f"judged as {who} has it, which a command sent there does not get: {', '.join([*named[:SHOWN], *more])}", 1000)


def _said(fingerprint: Fingerprint) -> dict[str, Any]:
    """Return what the answer says; a guest may say anything."""
    said = fingerprint.context.get("launched")
    return said if isinstance(said, dict) else {}
