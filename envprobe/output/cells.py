"""Compare the cells of rows that belong together: a cell is its text, and a number only where no digit of it is lost."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Container, Hashable, Iterator
from typing import TYPE_CHECKING

from .align import Pair
from .finding import Findings, Step
from .number import Number, Wide, fits
from .rows import Row
from .tally import Tally

if TYPE_CHECKING:
    from .array_number import Block

INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,299})", re.ASCII)
REAL = re.compile(
    r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?|[+-]?(?:nan|NaN|NAN|inf|Inf|INF)(?:inity)?",
    re.ASCII,
)
ZERO_POWER = re.compile(r"[+-]?0[eE]")
"""A commit such as 0e123456; zeros of numpy and C have a point."""
REALS = re.compile(r"(?:-?(?:0|[1-9][0-9]{0,15})\.[0-9]{1,20}(?:[eE][+-]?[0-9]{1,2})?(?:\n|\Z))*", re.ASCII)
"""Many of the plainest ones, which no float is far from."""
BATCH_ROWS, MANY = 2048, 256
FEW = 4
"""Where less than one cell in so many has an exponent, the others are read at once."""
MOVED_LIMIT = 10_000
"""Rows on one side only that are kept to see whether the other side has one of the same key."""
SHOWN_CHARACTERS = 1000
MISSING = frozenset(
    (
        "",
        "-",
        "NA",
        "N/A",
        "n/a",
        "<NA>",
        "#NA",
        "#N/A",
        "#N/A N/A",
        "NULL",
        "null",
        "Null",
        "None",
        "none",
        "NaT",
        "-nan",
        "-NaN",
    )
)
"""What stands in a column of numbers where there is none: what pandas reads so, and what it writes."""


def parse(cell: str) -> Number | str:
    """Return a cell as int, float or text.

    Text is what a number would not give back: `007`, `+7`, ` 1`, `1_0`, digits of other scripts, `0e123`; Wide is `12e45678`.
    """
    if INTEGER.fullmatch(cell):
        return int(cell)
    if not REAL.fullmatch(cell):
        return cell
    value = float(cell)
    if ZERO_POWER.match(cell):
        return cell
    return value if (len(cell) <= 15 and math.isfinite(value)) or fits(cell.lower(), value) else Wide(cell)


def is_text(cell: str, value: Number | str) -> bool:
    """Tell whether a cell keeps its column from being one of numbers; one that says that there is no value does not."""
    return isinstance(value, str) and cell.strip() not in MISSING


def sort_key(value: Number | str) -> tuple[int, Number, str]:
    """Return what puts numbers before texts, and NaN last."""
    if isinstance(value, str):
        return 1, 0, value
    return (0, value, "") if value == value else (2, 0, "")


class Cells:
    """The columns of two tables on their way down the rows."""

    def __init__(self, names: list[str], findings: Findings, prefix: tuple[Step, ...] = (), texts: Container[str] = ()) -> None:
        """`texts` are the columns that are known to hold text."""
        self.findings = findings
        self.rows = Findings(findings.tolerance, findings.output, findings.type_name)
        """Differences of rows and cells: left out where the rows only stand in another order."""
        self.columns = [CellColumn((*prefix, name), self.rows, name in texts) for name in names]
        self.where: tuple[Step, ...] = (*prefix, "rows")
        self.balance = self.moved = self.total = 0
        self.removed: dict[Hashable, tuple[int, Row]] = {}

    def compare(self, pairs: Iterator[Pair[Row]], passed: int = 0, key: Callable[[Row], Hashable] | None = None) -> None:
        """Compare pairs of rows; `passed` rows lie before the first. The same rows in another order are one difference."""
        batch: list[tuple[int, Row, Row]] = []
        last = 0
        for pair in pairs:
            ours, theirs = pair.expected, pair.observed
            self.balance += _hash(ours) - _hash(theirs)
            last = max(last, pair.expected_index, pair.observed_index)
            if ours is not None and theirs is not None:
                batch.append((pair.expected_index + passed, ours, theirs))
            else:
                batch += self._judged(pair, passed, key)
            if len(batch) >= BATCH_ROWS:
                self._add(batch)
                batch = []
        self._add(batch)
        self.close(last + passed + 1)

    def close(self, rows: int) -> None:
        """Write down what the columns found in as many rows."""
        for column in self.columns:
            column.close(max(rows, self.total))
        if self.rows.count and not self.balance and self.rows.outside:
            self.findings.add(self.where, "order", "rows", "the same rows in another order")
            return
        if self.moved:
            self.rows.add(self.where, "order", f"{self.moved:,} rows", "the same keys at other places")
        self.findings.include(self.rows.found, lambda path: path)

    def _judged(self, pair: Pair[Row], passed: int, key: Callable[[Row], Hashable] | None) -> Iterator[tuple[int, Row, Row]]:
        """Yield the two rows that belong together; write down one that is on one side only."""
        ours, theirs = pair.expected, pair.observed
        if ours is not None and theirs is not None:
            yield pair.expected_index + passed, ours, theirs
        elif theirs is not None:
            if key is not None and (moved := self.removed.pop(key(theirs), None)):
                self.moved += 1
                yield (*moved, theirs)
            else:
                self._one_sided(pair.observed_index + passed, theirs, is_added=True)
        elif ours is not None:
            if key is not None and len(self.removed) < MOVED_LIMIT:
                self.removed[key(ours)] = pair.expected_index + passed, ours
            else:
                self._one_sided(pair.expected_index + passed, ours, is_added=False)

    def _one_sided(self, index: int, row: Row, *, is_added: bool) -> None:
        words = ", ".join(row)[:SHOWN_CHARACTERS]
        sides = ("absent", words) if is_added else (words, "absent")
        self.rows.add(
            (*self.where, index), "added" if is_added else "removed", *sides, accepted=self.findings.rule(self.where).ignore
        )

    def _add(self, batch: list[tuple[int, Row, Row]]) -> None:
        if not batch:
            for index, row in self.removed.values():
                self._one_sided(index, row, is_added=False)
            self.removed = {}
            return
        indices = [index for index, _, _ in batch]
        sides = zip(zip(*(row for _, row, _ in batch), strict=True), zip(*(row for _, _, row in batch), strict=True), strict=True)
        for column, (ours, theirs) in zip(self.columns, sides, strict=True):
            if ours != theirs or not column.rule.nan_equal:
                column.add(indices, ours, theirs)


def _hash(row: Row | None) -> int:
    return 0 if row is None else hash(row)


def _reals(cells: Row) -> Block | None:
    """Return the floats of cells that are all floats without a question; None where one may not be."""
    import numpy

    from .decimals import read_decimals

    text = "\n".join(cells)
    if text.count("\n") != len(cells) - 1:  # in a cell in quotes
        return None
    powers = [place for place, cell in enumerate(cells) if "e" in cell] if "e" in text else []
    if len(powers) * FEW < len(cells) and REALS.fullmatch("\n".join(cells[place] for place in powers)):
        plain = list(cells)
        for place in powers:
            plain[place] = "0.0"
        if (values := read_decimals(plain)) is not None:
            values[powers] = [float(cells[place]) for place in powers]
            return values
    return numpy.fromiter(map(float, cells), float, len(cells)) if REALS.fullmatch(text) else None


class CellColumn:
    """One column on its way down the rows."""

    def __init__(self, path: tuple[Step, ...], findings: Findings, has_text: bool) -> None:
        self.path = path
        self.findings = findings
        self.rule = findings.rule(path)
        self.has_text = has_text
        """Whether a cell is text: then no two cells are close, such as the ids 7 and 8 beside A12."""
        if has_text:
            self.rule = self.rule.without_limits
        self.tally = Tally(self.rule)
        self.only_types = True

    def add(self, indices: list[int], expected: Row, observed: Row) -> None:
        """Take the cells of some rows."""
        if (
            len(indices) >= MANY
            and indices[-1] - indices[0] == len(indices) - 1
            and self._add_reals(indices[0], expected, observed)
        ):
            return
        for index, ours, theirs in zip(indices, expected, observed, strict=True):
            if ours != theirs or not self.rule.nan_equal:
                self.add_pair(index, ours, theirs)

    def _add_reals(self, offset: int, expected: Row, observed: Row) -> bool:
        """Take many cells in a row at once, where all are floats without a question and numpy is there; tell if they were."""
        try:
            import numpy
        except ImportError:
            return False
        ours, theirs = _reals(expected), _reals(observed)
        if ours is None or theirs is None:
            return False
        if self.rule.is_exact and any(expected[place] != observed[place] for place in numpy.flatnonzero(ours == theirs).tolist()):
            return False
        self.add_numbers(offset, ours, theirs)
        return True

    def add_numbers(self, offset: int, ours: Block, theirs: Block) -> None:
        """Take the numbers of rows in a row, floats or integers; what is the same on both sides does not count."""
        from .array_number import measure_numbers

        steps = ours.dtype if ours.dtype.kind == "f" else None
        measured = measure_numbers(offset, ours, theirs, self.rule, steps, self.tally.least_worst, True)
        self.tally.merge(measured)
        self.only_types &= not measured.differing

    def are_numbers(self, ours: str, theirs: str) -> bool:
        """Tell whether two cells of different spelling are compared by value: two numbers, not one that is spelled twice."""
        left, right = parse(ours), parse(theirs)
        return not isinstance(left, str) and not isinstance(right, str) and not self._are_spellings(left, right)

    def _are_spellings(self, ours: Number, theirs: Number) -> bool:
        """Tell whether two numbers that are spelled differently are one, and the rule keeps its spellings apart."""
        is_equal = (ours == theirs or (ours != ours and theirs != theirs)) and type(ours) is type(theirs)
        return is_equal and self.rule.is_exact

    def add_pair(self, index: int, ours_text: str, theirs_text: str) -> None:
        """Take one cell of both sides."""
        ours, theirs = parse(ours_text), parse(theirs_text)
        where = (*self.path, index)
        if not isinstance(ours, str) and not isinstance(theirs, str):
            if ours_text != theirs_text and self._are_spellings(ours, theirs):
                self.findings.add(where, "spelling", ours_text, theirs_text)
                return
            self.tally.add(index, ours, theirs)
            self.only_types &= ours == theirs or ours != ours
        elif ours_text != theirs_text:
            self.has_text |= is_text(ours_text, ours) or is_text(theirs_text, theirs)
            same_kind = isinstance(ours, str) and isinstance(theirs, str)
            self.findings.add(where, "changed" if same_kind else "type", ours_text or "empty", theirs_text or "empty")

    def close(self, rows: int) -> None:
        """Write down how far the numbers are apart."""
        self.tally.count = max(rows, self.tally.differing)
        if self.has_text:
            self.tally.outside = self.tally.differing
        self.findings.add_numbers(self.path, self.tally.deviation(), "type" if self.only_types else "number")
