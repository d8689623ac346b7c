"""The lines of a text file as bytes of UTF-8, in bounded memory; what two files share at the beginning is passed over at once."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

LINE_LIMIT_BYTES = 1 << 20
"""A longer line comes in pieces."""
BLOCK_BYTES = 1 << 18
UTF_8 = ("utf-8", "ascii", "us-ascii", "utf8")


def is_utf_8(encoding: str) -> bool:
    """Tell whether a file in this encoding is read as it is."""
    return encoding.lower() in UTF_8


class Lines:
    """A text file that is open, and its lines, each with its end."""

    def __init__(self, path: Path, encoding: str, stack: ExitStack, limit_bytes: int = LINE_LIMIT_BYTES) -> None:
        self.stream: IO[bytes] = stack.enter_context(path.open("rb"))
        self.is_plain = is_utf_8(encoding)
        self.passed = 0
        """Lines that were passed over."""
        self.end = path.stat().st_size
        """Where reading stops."""
        self.continued: list[int] = []
        """Indices of pieces that go on the line before them."""
        if encoding == "utf-8-sig":
            self.stream.seek(len(codecs.BOM_UTF8))
        elif not self.is_plain:
            text = stack.enter_context(io.TextIOWrapper(self.stream, encoding, newline=""))
            self.pieces: Iterator[bytes] = (
                line.encode("utf-8", "surrogatepass") for line in iter(lambda: text.readline(limit_bytes), "")
            )
            return
        self.pieces = self._split(limit_bytes)

    def skip(self, count: int) -> None:
        """Pass over the first lines, before any was taken."""
        for _ in range(count):
            if self.is_plain:  # the stream stands behind them then
                self.stream.readline()
            else:
                next(self.pieces, b"")

    def _split(self, limit_bytes: int) -> Iterator[bytes]:
        """Yield lines; of one that is longer than the limit, pieces."""
        count, rest = 0, b""
        while block := self.stream.read(min(BLOCK_BYTES, self.end - self.stream.tell())):
            lines = (
                (rest + block).splitlines(keepends=True)
                if b"\r" not in block and not rest.endswith(b"\r")
                else _lines(rest + block)
            )
            rest = b"" if lines[-1].endswith(b"\n") else lines.pop()
            count += len(lines)
            yield from lines
            if len(rest) > limit_bytes:
                yield rest
                count, rest = count + 1, b""
                self.continued.append(count)
        if rest:
            yield rest


def _lines(data: bytes) -> list[bytes]:
    """Return the lines of bytes in which a carriage return alone ends none."""
    parts = data.split(b"\n")
    last = parts.pop()
    return [part + b"\n" for part in parts] + ([last] if last else [])


def pass_over_common(expected: Lines, observed: Lines, seen: Callable[[bytes], object] | None = None) -> None:
    """Move both files, which stand at the same place, to the line in which they part; `seen` is given what lies before."""
    last = offset = expected.stream.tell()
    count = 0
    waiting = b""
    while True:
        ours, theirs = expected.stream.read(BLOCK_BYTES), observed.stream.read(BLOCK_BYTES)
        shared = len(ours) if ours == theirs else _shared(ours, theirs)
        end = ours.rfind(b"\n", 0, shared) + 1
        if end:
            if seen is not None:
                seen(waiting + ours[:end])
            last, waiting = offset + end, ours[end:shared]
            count += ours.count(b"\n", 0, end)
        else:
            waiting += ours[:shared]
        if ours != theirs or not ours:
            break
        offset += len(ours)
    for side in (expected, observed):
        side.stream.seek(last)
        side.passed += count


def leave_out_common_end(expected: Lines, observed: Lines, forbidden: bytes = b"") -> None:
    """Stop reading both files where they are the same up to their ends, at the beginning of a line.

    Nothing is left out where that part holds what is forbidden in it.
    """
    starts = [side.stream.tell() for side in (expected, observed)]
    room = min(side.end - start for side, start in zip((expected, observed), starts, strict=True))
    shared = line = 0
    while shared < room:
        size = min(BLOCK_BYTES, room - shared)
        ours, theirs = (_block_before(side, side.end - shared, size) for side in (expected, observed))
        part = ours if ours == theirs else ours[size - _shared_end(ours, theirs) :]
        if forbidden and forbidden in part:
            break
        place = part.find(b"\n")
        line = shared + len(part) - place - 1 if place >= 0 else line
        shared += len(part)
        if ours != theirs:
            break
    for side, start in zip((expected, observed), starts, strict=True):
        side.end -= line
        side.stream.seek(start)


def _block_before(side: Lines, end: int, size: int) -> bytes:
    side.stream.seek(end - size)
    return side.stream.read(size)


def _shared_end(ours: bytes, theirs: bytes) -> int:
    """Return how many bytes two blocks of one size share at their ends."""
    return _shared(ours[::-1], theirs[::-1])


def _shared(ours: bytes, theirs: bytes) -> int:
    """Return how many bytes two blocks share, by halving."""
    low, high = 0, min(len(ours), len(theirs))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if ours[low:middle] == theirs[low:middle] else (low, middle - 1)
    return low
