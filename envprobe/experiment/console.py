"""What a command prints: passed on as it comes, and its end kept for the record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from ..redaction import redact
from ..runs import Console
from ..spelling import line
from ..targets.protocol import Capture, Completed

KEPT_BYTES = 64 << 10
KEPT_LINES = 100
LINE_LIMIT = 500
COLOR = re.compile(r"\x1b\[[0-9;]*m")
REDRAWN = re.compile(r"^.*\r(?!$)", re.M)
"""What a progress bar wrote before it went back to the line's start."""

Live: TypeAlias = Callable[[int, bytes], None]
"""Takes a stream's number, 1 or 2, and what was printed there."""


class Tail(Capture):
    """Passes on all that comes, however much it is, and keeps the end of it."""

    def __init__(self, live: Live) -> None:
        super().__init__(0)
        self._live = live
        self._end = bytearray()
        self._size_bytes = 0

    def add(self, stream: int, data: bytes) -> None:
        """Pass on a piece of what was printed."""
        self._size_bytes += len(data)
        self._end += data
        del self._end[:-KEPT_BYTES]
        self._live(stream, data)

    @property
    def full(self) -> bool:
        """Never: an experiment may print as much as it likes."""
        return False

    def completed(self, returncode: int, *, timed_out: bool) -> Completed:
        """Return how the command ended; what it printed is in `console`."""
        return Completed(returncode, b"", bytes(self._end), False, timed_out)

    def console(self, variables: Mapping[str, str]) -> Console:
        """Return the end of what was printed, fit to be recorded and shown."""
        return Console(lines=lines_of(bytes(self._end), self._size_bytes, variables), size_bytes=self._size_bytes)


def lines_of(end: bytes, size_bytes: int, variables: Mapping[str, str]) -> list[str]:
    """Return the last lines of what was printed: secrets redacted, progress bars reduced to their last state, the rest escaped.

    A first line that was cut in the middle is left out.
    """
    text = end.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
    if size_bytes > len(end):
        text = text.partition("\n")[2]
    text = redact(REDRAWN.sub("", COLOR.sub("", text)), variables)
    return [line(words.rstrip("\r").lstrip("\b"), LINE_LIMIT) for words in text.splitlines()[-KEPT_LINES:]]
