"""Several reports of one fleet over time: which member changed when, and into what. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .saved_fleet import MemberState, SavedFleet

ROWS_LIMIT = 500
ABSENT = MemberState("not there")
"""Of a member that a report does not speak of: it was added later, or taken away."""


class HistoryCell(NamedTuple):
    """A member in one report."""

    state: MemberState
    has_changed: bool
    """Since the report before."""


class HistoryRow(NamedTuple):
    """A member that changed."""

    member: str
    cells: tuple[HistoryCell, ...]
    changes: int


class FleetHistory(NamedTuple):
    """What became of a fleet."""

    rows: tuple[HistoryRow, ...]
    """Those that changed last come first."""
    left_out: int
    """How many more changed."""
    steady: int
    """How many are as they were."""
    moved: tuple[int, ...]
    """How many members changed up to each report."""


def history(reports: Sequence[SavedFleet]) -> FleetHistory:
    """Return what became of a fleet, its reports from the oldest to the newest."""
    names = sorted({name for report in reports for name in report.members})
    rows = [_row(name, reports) for name in names]
    changed = sorted((row for row in rows if row.changes), key=_latest_first)
    moved = tuple(sum(row.cells[place].has_changed for row in changed) for place in range(len(reports)))
    return FleetHistory(tuple(changed[:ROWS_LIMIT]), max(len(changed) - ROWS_LIMIT, 0), len(rows) - len(changed), moved)


def _row(name: str, reports: Sequence[SavedFleet]) -> HistoryRow:
    cells = tuple(_cells([report.members.get(name, ABSENT) for report in reports]))
    return HistoryRow(name, cells, sum(cell.has_changed for cell in cells))


def _cells(states: Sequence[MemberState]) -> Iterator[HistoryCell]:
    before: MemberState | None = None
    for state in states:
        yield HistoryCell(state, before is not None and (state.word, state.id) != (before.word, before.id))
        before = state


def _latest_first(row: HistoryRow) -> tuple[int, int, str]:
    latest = max(place for place, cell in enumerate(row.cells) if cell.has_changed)
    return -latest, -row.changes, row.member
