"""Any two documents of the folder compared, and how each of many differs from each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import Literal

import msgspec

from .. import command
from ..config import Config
from ..error import EnvprobeError, UsageError
from ..experiment.rerun import NOT_KEPT
from ..policy import Severity
from ..render import summary
from ..report import Output, Report, Verdict
from .catalogue import Catalogue
from .entry import Entry

CELLS_LIMIT = 10_000
ONLY_DESCRIPTIONS = "this page compares what the runs recorded of an output; for the files: envprobe diff RUN RUN"
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
        self.cell = lru_cache(maxsize=CELLS_LIMIT)(self._cell)

    def report(self, expected: Entry, observed: Entry, today: date) -> Report:
        """Return the comparison of two entries. Raises UsageError where one cannot be compared, DocumentError for its faults."""
        if not expected.has_expectation:
            raise UsageError(f"{expected.file.place}: nothing can be compared with it", "take a baseline, a fingerprint or a run")
        if not observed.has_environment:
            raise UsageError(f"{observed.file.place}: is no environment that could be compared",
                             "take a recorded baseline, a fingerprint or a run; a declared baseline goes first")  # fmt: skip
        documents = [self._catalogue.load(entry) for entry in (expected, observed)]
        left, right = (document for document in documents if not isinstance(document, Report))
        report = command.diff(left, right, config=self._config, today=today)
        return msgspec.structs.replace(
            report,
            expected_name=expected.file.place,
            observed_name=observed.file.place,
            outputs=[_described(output) for output in report.outputs],
        )

    def _cell(self, expected: Entry, observed: Entry, today: date) -> Cell:
        try:
            report = self.report(expected, observed, today)
        except EnvprobeError as error:
            return Cell(state="faulty", reason=error.message)
        except Exception as error:  # noqa: BLE001 - one document, whatever is in it, must not take the others with it
            return Cell(state="faulty", reason=f"this is a bug in envprobe: {type(error).__name__}: {error}")
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
    compare: Callable[[Entry, Entry], Cell],
    has_time: Callable[[], bool],
) -> list[list[Cell]]:
    """Return a row for each expected entry with a cell for each observed one.

    At least one pair is compared; when there is no time left, the other cells wait: those that `compare` kept cost nothing
    the next time, so that asking again and again ends.
    """
    rows, may_compare = [], True
    for left in expected:
        row = []
        for right in observed:
            if left.id == right.id:
                row.append(SAME)
            elif may_compare:
                row.append(compare(left, right))
                may_compare = has_time()
            else:
                row.append(WAITING)
        rows.append(row)
    return rows


def _described(output: Output) -> Output:
    if output.comparison.hint != NOT_KEPT:
        return output
    return msgspec.structs.replace(output, comparison=msgspec.structs.replace(output.comparison, hint=ONLY_DESCRIPTIONS))
