"""Any two documents of the folder compared, and how each of many differs from each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal, TypeAlias

import msgspec

from ..command.comparison import compare
from ..command.source import Document, Source
from ..config import Config
from ..error import UsageError
from ..output.comparison import OutputVerdict
from ..policy import Severity
from ..render import summary
from ..report import Report, Verdict
from .catalogue import Catalogue
from .entry import ListedDocument
from .folder import File
from .mishap import guarded
from .saved_fleet import SavedFleet

CELLS_LIMIT = 10_000
ONLY_DESCRIPTIONS = "this page compares what the runs recorded of an output; for the files: envprobe diff RUN RUN"
FilePair: TypeAlias = tuple[File, File, date]
State = Literal["compared", "same", "waiting", "faulty"]


class MatrixCell(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison in a few numbers."""

    state: State = "compared"
    """`same` is a document against itself, `waiting` is not compared yet, `faulty` cannot be."""
    verdict: Verdict | None = None
    fails: int = 0
    """Failures."""
    warns: int = 0
    """Warnings."""
    outputs: int | None = None
    """Outputs of runs that are not the recorded ones; None where none were compared."""
    notes: int = 0
    reason: str = ""
    """Why there is no verdict."""


SAME, WAITING = MatrixCell(state="same"), MatrixCell(state="waiting")


class Comparisons:
    """Compares entries as `envprobe diff` does, under the configuration of the server; cells are kept, reports are not."""

    def __init__(self, catalogue: Catalogue, config: Config) -> None:
        self._catalogue = catalogue
        self._config = config
        self._cells: dict[FilePair, MatrixCell] = {}

    def kept(self, expected: ListedDocument, observed: ListedDocument, today: date) -> MatrixCell | None:
        """Return the cell of two entries where it is known already."""
        return self._cells.get((expected.file, observed.file, today))

    def cell(self, expected: ListedDocument, observed: ListedDocument, today: date) -> MatrixCell:
        """Compare two entries; what cannot be compared is a cell that says why."""
        cell = guarded(
            lambda: _cell(self.report(expected, observed, today)), lambda reason: MatrixCell(state="faulty", reason=reason)
        )
        if len(self._cells) >= CELLS_LIMIT:
            self._cells.clear()  # what was looked at last is soon there again
        self._cells[expected.file, observed.file, today] = cell
        return cell

    def report(self, expected: ListedDocument, observed: ListedDocument, today: date) -> Report:
        """Return the comparison of two entries. Raises UsageError where one cannot be compared, DocumentError for its faults."""
        if not expected.has_expectation:
            raise UsageError(f"{expected.file.place}: nothing can be compared with it", "take a baseline, a fingerprint or a run")
        if not observed.has_environment:
            raise UsageError(
                f"{observed.file.place}: is a declared baseline; it can only stand first",
                "take a recorded baseline, a fingerprint or a run; a declared baseline goes first",
            )
        sides = (Source(self._load(entry), entry.file.place) for entry in (expected, observed))
        return compare(*sides, config=self._config, today=today, not_kept=ONLY_DESCRIPTIONS)

    def _load(self, entry: ListedDocument) -> Document:
        document = self._catalogue.load(entry)
        if isinstance(document, Report | SavedFleet):  # it was something else when the folder was listed
            raise UsageError(f"{entry.file.place}: holds no environment now", "reload the page")
        return document


def _cell(report: Report) -> MatrixCell:
    counts = summary.count(report)
    outputs = [output.comparison.verdict is OutputVerdict.DIFFERS for output in report.outputs]
    return MatrixCell(
        verdict=report.verdict,
        fails=counts[Severity.FAIL],
        outputs=sum(outputs) if outputs else None,
        warns=counts[Severity.WARN],
        notes=counts[Severity.NOTE],
    )


def matrix(
    expected: Sequence[ListedDocument],
    observed: Sequence[ListedDocument],
    kept: Callable[[ListedDocument, ListedDocument], MatrixCell | None],
    compare: Callable[[ListedDocument, ListedDocument], MatrixCell],
    has_time: Callable[[], bool],
) -> list[list[MatrixCell]]:
    """Return a row for each expected entry with a cell for each observed one.

    What is not kept is compared while there is time, one pair at least, so that asking again and again ends.
    """
    made = 0

    def cell(left: ListedDocument, right: ListedDocument) -> MatrixCell:
        nonlocal made
        if left.id == right.id:
            return SAME
        found = kept(left, right)
        if found is None and (made == 0 or has_time()):
            made += 1
            found = compare(left, right)
        return found or WAITING

    return [[cell(left, right) for right in observed] for left in expected]
