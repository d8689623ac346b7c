"""A record between two marks in a text report: found, read as the report's format reads it, replaced.

Whether somebody edited it is asked of what a reader sees: the markup that is there and the markup that envprobe writes are read
by the format's own rules, and what comes of both has to be equal. How it is spelled does not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from ..error import DocumentError
from ..records.metric_table import PLUS_MINUS
from ..records.packing import TEXT_LIMIT
from . import Words
from .carried import ONE, PLUS_MINUS_ASCII, REMOVE, Carried, damaged

LIMIT_BYTES = TEXT_LIMIT + (2 << 20)
SHOWN_LIMIT_BYTES = 64 << 10
"""Of the part that readers see; envprobe writes a tenth of it."""


class Marks(NamedTuple):
    """What a record begins and ends with, and what its packed part begins with."""

    begin: bytes
    record: bytes
    end: bytes
    filling: bytes = b" \t\r\n"
    """What stands between the digits of the packed record."""

    @staticmethod
    def pattern(mark: bytes) -> re.Pattern[bytes]:
        """Return what finds a mark: programs that write comments anew give them more or less space."""
        return re.compile(rb"\s*".join(map(re.escape, mark.split(b" "))))


class MarkupView(NamedTuple):
    """What a reader of some markup sees."""

    parts: list[tuple[object, ...]]
    """Elements, words and their attributes in the order of reading: equal where the same is seen."""
    line: str
    """The line that stands for a record; empty where there is none."""
    metrics: list[tuple[str, str]]
    """Name and value of each metric."""


def find(report: bytes, marks: Marks, where: str) -> tuple[int, int] | None:
    """Return where the one record starts and ends, marks included, or None. Raises DocumentError for two, or for half of one."""
    begins, ends = (list(marks.pattern(mark).finditer(report)) for mark in (marks.begin, marks.end))
    if not begins and not ends:
        return None
    count = max(len(begins), len(ends))
    if count > 1:
        raise damaged(where, f"{count} envprobe records in one report: which one counts is unknown", ONE)
    if not begins or (ends and ends[0].start() < begins[0].start()):
        raise damaged(where, "an envprobe record without its beginning", REMOVE)
    if not ends:
        raise damaged(where, "an envprobe record without its end", REMOVE)
    start, stop = begins[0].start(), ends[0].end()
    if stop - start > LIMIT_BYTES:
        raise damaged(where, f"an envprobe record of {stop - start:,} bytes, more than {LIMIT_BYTES:,}", REMOVE)
    return start, stop


def read(
    report: bytes, marks: Marks, look: Callable[[str], MarkupView], writers: Sequence[Callable[[Carried], str]], where: str
) -> Carried | None:
    """Return a report's record, None where there is none. Raises DocumentError.

    `look` reads markup. `writers` write a record as it is and ever was written: what looks like none of them was edited.
    """
    place = find(report, marks, where)
    if place is None:
        return None
    found_text = report[slice(*place)]
    mark = marks.pattern(marks.record).search(found_text)
    if mark is None or mark.start() > SHOWN_LIMIT_BYTES:
        raise damaged(where, "an envprobe record with nothing, or too much, before its data", REMOVE)
    behind = marks.pattern(marks.end).sub(b"", found_text[mark.end() :])
    packed = behind.translate(None, marks.filling).decode("ascii", "replace")
    view = look(_decode(found_text[: mark.start()]))
    found = Carried(line=view.line, metrics=view.metrics, packed=packed)
    same = any(look(write(found).partition(marks.record.decode())[0]).parts == view.parts for write in writers)
    return msgspec.structs.replace(found, edited=not same)


def outside(report: bytes, marks: Marks) -> str:
    """Return a report's text with nothing where its record stands, line by line where it was."""
    try:
        place = find(report, marks, "")
    except DocumentError:
        place = None
    if place is not None:
        report = report[: place[0]] + b"\n" * report.count(b"\n", *place) + report[place[1] :]
    return _decode(report)


def lines(text: str) -> Iterator[Words]:
    """Yield the lines of a text by their numbers."""
    yield from (Words(f"line {number}", line) for number, line in enumerate(text.split("\n"), 1))


def refuse_wide(report: bytes, where: str) -> None:
    """Refuse a report in an encoding in which ASCII bytes are not ASCII characters."""
    if report.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in report[:4096]:
        raise DocumentError(f"{where}: not a text in UTF-8 or another encoding of single bytes", "save it as UTF-8")


def put(report: bytes, markup: str, place: tuple[int, int] | None, default: int, gap: str) -> bytes:
    """Return the report with the markup in a place, or else before offset `default`, with an empty line where the text goes on.

    Line ends and encoding are the report's own: other line ends would make an editor convert the whole file.
    """
    newline = b"\r\n" if report.count(b"\r\n") * 2 > report.count(b"\n") else b"\n"
    body = newline.join(_encode(markup, report).split(b"\n"))
    if place is not None:
        return report[: place[0]] + body + report[place[1] :]
    before, after = report[:default], report[default:]
    lead = b"" if not before or before.endswith(b"\n") else newline
    return before + lead + gap.encode("ascii").replace(b"\n", newline) + body + newline + after


def _encode(markup: str, report: bytes) -> bytes:
    """Return markup in the encoding of a report: UTF-8, or ASCII where that is unknown."""
    try:
        report.decode("utf-8")
    except UnicodeDecodeError:
        return markup.replace(PLUS_MINUS, PLUS_MINUS_ASCII).encode("ascii")
    return markup.encode("utf-8")


def _decode(shown: bytes) -> str:
    try:
        text = shown.decode("utf-8")
    except UnicodeDecodeError:
        text = shown.decode("latin-1")
    return text.replace(PLUS_MINUS_ASCII, PLUS_MINUS)
