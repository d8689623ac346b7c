"""A report as what a page shows of it: sections of items, each of bounded size. The words are those of all formats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ...assess.fix import is_command
from ...policy import Severity
from ...report import Difference, Gap
from ...spelling import contrast, line
from .. import summary

SHOWN_CHARACTERS = 600
SHOWN_ITEMS = 40
SHOWN_COMMAND = 20_000
SHOWN_NAMES = 240
SHOWN_ROWS = 1000
"""A page is to be opened from a mail; whoever has more differences of one kind reads them as JSON."""


class Row(NamedTuple):
    """One fact on one line."""

    name: str
    kind: str
    severity: str
    """Told where it is above that of the cause, so that the severity of the whole is understood; else empty."""
    expected: str
    observed: str


class Item(NamedTuple):
    """One thing to look at: a difference with all that is to say about it, or several alike."""

    severity: str
    section: str
    title: str
    kind: str
    values: Row | None
    """What differs; None where several do."""
    members: list[Row]
    """The differences of a group, of which `size` are there in all."""
    size: int
    names: str
    """The first of a group, for who does not unfold it."""
    why: str
    mends: list[tuple[str, bool]]
    """What to do, and whether it is a command."""
    moves: list[Row]
    """What follows from it, of which there are `moved` in all."""
    moved: int
    waived: str


class Part(NamedTuple):
    """A section of the fingerprint and the items in it."""

    section: str
    items: list[Item]


def parts(entries: Iterable[summary.Entry]) -> list[Part]:
    """Return entries by section, the sections in the order in which they are first met."""
    found: dict[str, list[Item]] = {}
    for entry in entries:
        item = _item(entry)
        found.setdefault(item.section, []).append(item)
    return [Part(section, items) for section, items in found.items()]


def paths(gaps: Sequence[Gap]) -> list[str]:
    """Return the facts of gaps of one reason where there are several, the first of many."""
    return [line(gap.path) for gap in gaps[:SHOWN_ROWS]] if len(gaps) > 1 else []


def section(path: str) -> str:
    """Return the section of a fact's path, or of what the summary says of several: `gpu (3 facts)`."""
    return line(path.partition(".")[0].partition(" ")[0].rstrip(","), 80)


def _item(entry: summary.Entry) -> Item:
    first, members, moves = entry.first, entry.differences, entry.consequences
    is_group = len(members) > 1
    return Item(
        severity=entry.severity.value,
        section=section(first.path),
        title=summary.title(entry),
        kind=first.kind.value,
        values=None if is_group else _row(first, first.path),
        members=[_row(member, member.path.partition(".")[2]) for member in members[:SHOWN_ROWS]] if is_group else [],
        size=len(members),
        names=summary.names(entry, SHOWN_NAMES) if is_group else "",
        why=line(first.why, SHOWN_CHARACTERS),
        mends=[_mend(fix) for fix in summary.fixes(entry)],
        moves=[_row(move, move.path, than=first.severity) for move in moves[:SHOWN_ROWS]],
        moved=len(moves),
        waived=summary.waived(entry),
    )


def _mend(fix: str) -> tuple[str, bool]:
    """Return what to do: a sentence may be cut; a command is whole or, where it is endless, only announced."""
    if not is_command(fix):
        return line(fix, SHOWN_CHARACTERS), False
    if len(fix) > SHOWN_COMMAND:
        return f"a command of {len(fix):,} characters, which --format json holds", False
    return fix, True


def _row(difference: Difference, name: str, than: Severity | None = None) -> Row:
    """Return a difference as one line; its severity is told where it is above another."""
    expected, observed = contrast(difference.expected, difference.observed, SHOWN_CHARACTERS, SHOWN_ITEMS)
    is_louder = than is not None and difference.severity.rank > than.rank
    return Row(line(name), difference.kind.value, difference.severity.value if is_louder else "", expected, observed)
