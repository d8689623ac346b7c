"""Files that are never opened, because only loading them would tell what they hold, and loading them runs code."""

from __future__ import annotations

from pathlib import Path

from ..finding import Findings, Unreadable
from ..summary import Summary

REASON = "reading a pickle would run code"


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Refuse, so that bytes decide."""
    raise Unreadable(REASON)


def summarize(path: Path, type_name: str) -> Summary:
    """Refuse, so that there is only a digest."""
    raise Unreadable(REASON)
