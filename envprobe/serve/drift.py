"""Any two documents of the folder compared, and how each of many differs from each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal, TypeAlias

import msgspec

from ..command import environment
from ..command.source import Document
from ..config import Config
from ..error import UsageError
from ..experiment.compare import NOT_KEPT
from ..policy import Severity
from ..render import summary
from ..report import Output, Report, Verdict
from .catalogue import Catalogue
from .entry import Entry
from .folder import File
from .mishap import guarded

CELLS_LIMIT = 10_000
ONLY_DESCRIPTIONS = "this page compares what the runs recorded of an output; for the files: envprobe diff RUN RUN"
Pair: TypeAlias = tuple[File, File, date]
State = Literal["told", "same", "waiting", "faulty"]


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison in a few numbers."""

    state: State = "told"
    """`same` is a document against itself, `waiting` is not compared yet, `faulty` cannot be."""
    verdict: Verdict | None = None
    fails: int = 0
    """Differences that change results."""
    warns: int = 0
    """Differences that may."""
    notes: int = 0
    reason: str = ""
    """Why there is no verdict."""


SAME, WAITING = Cell(state="same"), Cell(state="waiting")


class Comparisons:
    """Compares entries as `envprobe diff` does, under the configuration of the server; cells are kept, reports are not."""

    def __init__(self, catalogue: Catalogue, config: Config) -> None:
        self._catalogue = catalogue
        self._config = config
        self._cells: dict[Pair, Cell] = {}

    def kept(self, expected: Entry, observed: Entry, today: date) -> Cell | None:
        """Return the cell of two entries where it is known already."""
        return self._cells.get((expected.file, observed.file, today))

    def cell(self, expected: Entry, observed: Entry, today: date) -> Cell:
        """Compare two entries; what cannot be compared is a cell that says why."""
        cell = guarded(lambda: _cell(self.report(expected, observed, today)), lambda reason: Cell(state="faulty", reason=reason))
        if len(self._cells) >= CELLS_LIMIT:
            self._cells.clear()  # what was looked at last is soon there again
        self._cells[expected.file, observed.file, today] = cell
        return cell

    def report(self, expected: Entry, observed: Entry, today: date) -> Report:
        """Return the comparison of two entries. Raises UsageError where one cannot be compared, DocumentError for its faults."""
        if not expected.has_expectation:
            raise UsageError(f"{expected.file.place}: nothing can be compared with it", "take a baseline, a fingerprint or a run")
        if not observed.has_environment:
            raise UsageError(
                f"{observed.file.place}: is no environment that could be compared",
                "take a recorded baseline, a fingerprint or a run; a declared baseline goes first",
            )
        report = environment.diff(self._load(expected), self._load(observed), config=self._config, today=today)
        return msgspec.structs.replace(
            report,
            expected_name=expected.file.place,
            observed_name=observed.file.place,
            outputs=[_described(output) for output in report.outputs],
        )

    def _load(self, entry: Entry) -> Document:
        document = self._catalogue.load(entry)
        if isinstance(document, Report):  # it was something else when the folder was listed
            raise UsageError(f"{entry.file.place}: is a check now", "reload the page")
        return document


def _cell(report: Report) -> Cell:
    counts = summary.count(report)
    outputs = sum(output.comparison.verdict.value == "differs" for output in report.outputs)
    return Cell(
        verdict=report.verdict,
        fails=counts[Severity.FAIL] + outputs,
        warns=counts[Severity.WARN],
        notes=counts[Severity.NOTE],
    )


def matrix(
    expected: Sequence[Entry],
    observed: Sequence[Entry],
    kept: Callable[[Entry, Entry], Cell | None],
    compare: Callable[[Entry, Entry], Cell],
    has_time: Callable[[], bool],
) -> list[list[Cell]]:
    """Return a row for each expected entry with a cell for each observed one.

    What is not kept is compared while there is time, one pair at least, so that asking again and again ends.
    """
    made = 0

    def cell(left: Entry, right: Entry) -> Cell:
        nonlocal made
        if left.id == right.id:
            return SAME
        found = kept(left, right)
        if found is None and (made == 0 or has_time()):
            made += 1
            found = compare(left, right)
        return found or WAITING

    return [[cell(left, right) for right in observed] for left in expected]


def _described(output: Output) -> Output:
    if output.comparison.hint != NOT_KEPT:
        return output
    return msgspec.structs.replace(output, comparison=msgspec.structs.replace(output.comparison, hint=ONLY_DESCRIPTIONS))
