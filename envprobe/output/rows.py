"""The rows of a CSV file as bytes: lines, joined where a quoted cell goes over several."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from .finding import Unreadable
from .lines import BLOCK_BYTES, Lines, pass_over_common

ROW_LIMIT_BYTES = 16 << 20
QUOTE = b'"'
Row = tuple[str, ...]


def alike(ours: Row, theirs: Row) -> float:
    """Return how much of two rows is the same: 0 to 1, by cells."""
    return sum(left == right for left, right in zip(ours, theirs, strict=False)) / max(len(ours), len(theirs), 1)


def joined_rows(lines: Lines) -> Iterator[bytes]:
    """Yield rows without the end of their last line. Raises Unreadable where a quote is not closed."""
    for line in lines.pieces:
        is_open = line.count(QUOTE) % 2 == 1
        row = line if line.endswith(b"\n") and not is_open else _joined(line, is_open, lines)
        if row := row.rstrip(b"\r\n"):
            yield row


def _joined(line: bytes, is_open: bool, lines: Lines) -> bytes:
    """Return a line with those that belong to its last cell; each is looked at once."""
    parts, size = [line], len(line)
    while is_open or not parts[-1].endswith(b"\n"):
        more = next(lines.pieces, b"")
        if not more:
            break
        is_open ^= more.count(QUOTE) % 2 == 1
        parts.append(more)
        size += len(more)
        if size > ROW_LIMIT_BYTES:
            raise Unreadable("a quote is not closed")
    return b"".join(parts)


def read_row(row: bytes, delimiter: str) -> Row:
    """Return the cells of one row. Raises Unreadable where it is not one."""
    text = row.decode("utf-8", "surrogateescape")
    if '"' not in text and "\r" not in text and "\n" not in text and "\0" not in text:
        return tuple(text.split(delimiter))
    try:
        found = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Unreadable(f"a row is no CSV: {error}: {text[:80]!r}") from None
    if len(found) != 1:
        raise Unreadable(f"a row is no CSV: {text[:80]!r}")
    return tuple(found[0])


def pass_over_rows(expected: Lines, observed: Lines) -> int:
    """Move both files to the row in which they part, and return how many rows lie before it; none where quotes do not add up."""
    place = expected.stream.tell()
    if place != observed.stream.tell():
        return 0
    counter = RowCounter()
    pass_over_common(expected, observed, counter)
    if counter.is_open:
        for side in (expected, observed):
            side.stream.seek(place)
        return 0
    return counter.rows


def count_rows(lines: Lines) -> int:
    """Return how many rows lie between the place where a file stands and its end."""
    place, counter, rest = lines.stream.tell(), RowCounter(), b""
    while block := lines.stream.read(BLOCK_BYTES):
        whole, newline, rest = (rest + block).rpartition(b"\n")
        counter(whole + newline)
    lines.stream.seek(place)
    return counter.rows + bool(rest.strip())


class RowCounter:
    """Counts the rows of blocks of bytes."""

    def __init__(self, quote: bytes = QUOTE) -> None:
        self.quote = quote
        """What may hold the end of a line; empty where nothing does."""
        self.rows = 0
        self.is_open = False
        """Whether a quote is open."""

    def __call__(self, block: bytes) -> None:
        """Take the next whole lines; blank ones are no rows."""
        has_quotes = self.is_open or bool(self.quote and self.quote in block)
        has_blanks = b"\n\n" in block or b"\n\r" in block or b"\n " in block or block[:1].isspace()
        if not has_quotes and not has_blanks:
            self.rows += block.count(b"\n")
            return
        for line in block.split(b"\n")[:-1]:
            self.is_open ^= bool(self.quote) and line.count(QUOTE) % 2 == 1
            self.rows += not self.is_open and bool(line.strip())
