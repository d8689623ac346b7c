"""A record between two marks in a text report: found, read, replaced, and compared with what envprobe writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import msgspec

from ..error import DocumentError
from ..records.packing import TEXT_LIMIT
from .carried import Carried, damaged

Texts: TypeAlias = tuple[str, list[tuple[str, str]]]
"""The line, and name and value of the metrics."""
LIMIT_BYTES = TEXT_LIMIT + (2 << 20)
SHOWN_LIMIT_BYTES = 64 << 10
"""Of the part that readers see; envprobe writes a tenth of it."""
_SPACE = re.compile(rb"\s+")
_RULE = re.compile(rb"-{3,}")


class Marks(NamedTuple):
    """What a block begins and ends with, and what its packed record begins with."""

    begin: bytes
    record: bytes
    end: bytes
    filling: bytes = b" \t\r\n"
    """What stands between the digits of the packed record."""


def find(report: bytes, marks: Marks, where: str) -> tuple[int, int] | None:
    """Return where the one block starts and ends, marks included, or None. Raises DocumentError for two, or for half of one."""
    begin, _, end, _ = marks
    begins, ends = report.count(begin), report.count(end)
    if not begins and not ends:
        return None
    if begins > 1 or ends > 1:
        raise damaged(where, f"{max(begins, ends)} envprobe records in one report: which one counts cannot be told")
    start, stop = report.find(begin), report.find(end)
    if start < 0 or stop < start:
        raise damaged(where, "an envprobe record without its " + ("end" if start >= 0 and stop < 0 else "beginning"))
    if stop - start > LIMIT_BYTES:
        raise damaged(where, f"an envprobe record of {stop - start:,} bytes, more than {LIMIT_BYTES:,}")
    return start, stop + len(end)


def read(
    report: bytes, marks: Marks, pick: Callable[[str], Texts], writers: Sequence[Callable[[Carried], str]], where: str
) -> Carried | None:
    """Return a report's record, None where there is none. Raises DocumentError.

    `pick` finds the line and the metrics in its markup. `writers` write it as it is and ever was written: what none of them
    writes was edited.
    """
    place = find(report, marks, where)
    if place is None:
        return None
    shown, mark, behind = report[slice(*place)].partition(marks.record)
    if not mark or len(shown) > SHOWN_LIMIT_BYTES:
        raise damaged(where, "an envprobe record with nothing, or too much, before its data")
    packed = behind.removesuffix(marks.end).translate(None, marks.filling).decode("ascii", "replace")
    line, metrics = pick(shown.decode("utf-8", "replace"))
    found = Carried(line=line, metrics=metrics, packed=packed)
    written = {_squash(write(found).encode("utf-8").partition(marks.record)[0]) for write in writers}
    return msgspec.structs.replace(found, edited=_squash(shown) not in written)


def refuse_wide(report: bytes, where: str) -> None:
    """Refuse a report in an encoding in which ASCII bytes are not ASCII characters."""
    if report.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in report[:4096]:
        raise DocumentError(f"{where}: not a text in UTF-8 or another encoding of single bytes", "save it as UTF-8")


def put(report: bytes, block: str, place: tuple[int, int] | None, default: int, gap: str) -> bytes:
    """Return the report with the block in a place, or else before offset `default`, with a gap where the text goes on.

    Line ends are the report's own: a block of the other kind would make an editor convert the whole file.
    """
    newline = b"\r\n" if report.count(b"\r\n") * 2 > report.count(b"\n") else b"\n"
    body = newline.join(block.encode("ascii").split(b"\n"))
    if place is not None:
        return report[: place[0]] + body + report[place[1] :]
    before, after = report[:default], report[default:]
    lead = b"" if not before or before.endswith(b"\n") else newline
    return before + lead + gap.encode("ascii").replace(b"\n", newline) + body + newline + after


def _squash(text: bytes) -> bytes:
    """Return markup without white space and with rules of one length: formatters change both."""
    return _RULE.sub(b"---", _SPACE.sub(b"", text))
