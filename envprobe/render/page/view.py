"""A report as what a page shows of it: sections of items, each of bounded size. The words are those of all formats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ...fixes import Fix
from ...policy import Severity
from ...report import Difference, UnknownFact
from ...spelling import contrast, line
from .. import summary

SHOWN_CHARACTERS = 600
SHOWN_ITEMS = 40
SHOWN_COMMAND = 20_000
SHOWN_NAMES = 240
SHOWN_ROWS = 1000
"""A page is to be opened from a mail; whoever has more differences of one kind reads them as JSON."""


class FactRow(NamedTuple):
    """One fact on one line."""

    name: str
    kind: str
    severity: str
    """Shown where it is above that of the cause, so that the severity of the whole is understood; else empty."""
    expected: str
    observed: str


class Card(NamedTuple):
    """One thing to look at: a difference with all that is to say about it, or several alike."""

    severity: str
    section: str
    title: str
    kind: str
    values: FactRow | None
    """What differs; None where several do."""
    members: list[FactRow]
    """The differences of a group, of which `size` are there in all."""
    size: int
    names: str
    """The first of a group, for who does not unfold it."""
    why: str
    fixes: list[tuple[str, bool]]
    """What to do, and whether it is a command."""
    moves: list[FactRow]
    """What follows from it, of which there are `moved` in all."""
    moved: int
    waived: str


class SectionCards(NamedTuple):
    """A section of the fingerprint and the items in it."""

    section: str
    items: list[Card]


def parts(groups: Iterable[summary.DifferenceGroup]) -> list[SectionCards]:
    """Return groups by section, the sections in the order in which they are first met."""
    found: dict[str, list[Card]] = {}
    for group in groups:
        item = _item(group)
        found.setdefault(item.section, []).append(item)
    return [SectionCards(section, items) for section, items in found.items()]


def paths(unknowns: Sequence[UnknownFact]) -> list[str]:
    """Return the facts of unknowns of one reason where there are several, the first of many."""
    return [line(fact.path) for fact in unknowns[:SHOWN_ROWS]] if len(unknowns) > 1 else []


def section(path: str) -> str:
    """Return the section of a fact's path, or of what the summary says of several: `gpu (3 facts)`."""
    return line(path.partition(".")[0].partition(" ")[0].rstrip(","), 80)


def _item(group: summary.DifferenceGroup) -> Card:
    first, members, moves = group.first, group.differences, group.consequences
    is_group = len(members) > 1
    return Card(
        severity=group.severity.value,
        section=section(first.path),
        title=summary.title(group),
        kind=first.kind.value,
        values=None if is_group else _row(first, first.path),
        members=[_row(member, member.path.partition(".")[2]) for member in members[:SHOWN_ROWS]] if is_group else [],
        size=len(members),
        names=summary.names(group, SHOWN_NAMES) if is_group else "",
        why=line(first.why, SHOWN_CHARACTERS),
        fixes=[_fix(fix) for fix in summary.fixes(group)],
        moves=[_row(move, move.path, than=first.severity) for move in moves[:SHOWN_ROWS]],
        moved=len(moves),
        waived=summary.waived(group),
    )


def _fix(fix: Fix) -> tuple[str, bool]:
    """Return what to do: a sentence may be cut; a command is whole or, where it is endless, only announced."""
    if not fix.is_command:
        return line(fix.text, SHOWN_CHARACTERS), False
    if len(fix.text) > SHOWN_COMMAND:
        return f"a command of {len(fix.text):,} characters, which --format json holds", False
    return fix.text, True


def _row(difference: Difference, name: str, than: Severity | None = None) -> FactRow:
    """Return a difference as one line; its severity is shown where it is above another."""
    expected, observed = contrast(difference.expected, difference.observed, SHOWN_CHARACTERS, SHOWN_ITEMS)
    is_louder = than is not None and difference.severity.rank > than.rank
    return FactRow(line(name), difference.kind.value, difference.severity.value if is_louder else "", expected, observed)
