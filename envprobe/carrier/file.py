"""A report that is one file: read whole, and written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from .. import store
from ..error import DocumentError
from ..records.link import Link
from ..records.record import Record, SignedRecord
from ..runs import Run
from . import Words, Written
from .carried import Carried, carried
from .placeholder import Filled, fill

LIMIT_BYTES = 512 << 20


def no_words(report: bytes) -> Iterator[Words]:
    """Yield nothing: a format that nobody reads as text."""
    yield from ()


class Format(NamedTuple):
    """What one format does with a record: pure functions of the file's bytes and of its name for messages."""

    find: Callable[[bytes, str], Carried | None]
    """Return the record that a report carries, None where it carries none. Raises DocumentError for a damaged one."""
    put: Callable[[bytes, Carried, str], bytes]
    """Return the report with a record, in place of one that it has. Raises DocumentError where it cannot carry one."""
    number: Callable[[str], str] | None = None
    """Return a number as the format spells it in running text; None where no text holds placeholders for one."""
    words: Callable[[bytes], Iterator[Words]] = no_words
    """Yield what a reader reads in the report, the record's own part left out. Never raises: what cannot be read has no words."""


class ReportFile:
    """A file in a format. Opening it raises DocumentError where it cannot be read."""

    folder: Path | None
    file: Path | None
    can_link = True

    def __init__(self, path: Path, format_: Format, *, absent: bytes | None = None) -> None:
        self.name, self.folder, self.file = str(path), path.parent, path
        self._path, self._format, self._absent = path, format_, absent
        self._data = self._load()

    def bound(self, record: Record) -> Record:
        """Return the record as it is."""
        return record

    def read(self) -> Carried | None:
        """Return its record. Raises DocumentError."""
        return self._format.find(self._data, str(self._path))

    def words(self) -> Iterator[Words]:
        """Yield what a reader reads in it beside its record."""
        return self._format.words(self._data)

    def change(
        self,
        edit: Callable[[Carried | None], SignedRecord],
        *,
        shorten: Callable[[SignedRecord], Link] | None = None,
        run: Run | None = None,
        copy: Path | None = None,
    ) -> Written:
        """Write the record into the file, or into a copy: under a lock from reading to writing. Raises EnvprobeError."""
        found: list[Written] = []

        def make() -> bytes:
            report, where = self._load(), str(self._path)
            before = self._format.find(report, where)
            after = edit(before)
            filled = self._fill(report, after.record)
            found.append(Written(str(copy or self._path), before, after, filled.number))
            return self._format.put(filled.report, carried(after, shorten(after) if shorten else None), where)

        store.change(copy or self._path, make)
        return found[0]

    def run_of(self, record: Record) -> Run | None:
        """Return None: a file holds no more than its record."""
        return None

    def faults(self, record: Record) -> list[str]:
        """Return nothing: a file holds no more than its record."""
        return []

    def _fill(self, report: bytes, record: Record) -> Filled:
        if self._format.number is None:
            return Filled(report, 0)
        return fill(report, record.metrics, self._format.number, str(self._path))

    def _load(self) -> bytes:
        if self._absent is not None and not self._path.exists():
            return self._absent
        return read_report(self._path)


def read_report(path: Path) -> bytes:
    """Return a report's bytes. Raises DocumentError where there are too many, or none can be had."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > LIMIT_BYTES:
        raise DocumentError(f"{path}: more than {LIMIT_BYTES:,} bytes, too large for a report")
    return data
