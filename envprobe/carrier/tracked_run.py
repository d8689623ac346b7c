"""A run of an experiment tracker as a carrier: the line among its tags, the record and the whole experiment as its files.

The same for every tracker; each reads and writes tags and files through its own library. What is read back is untrusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from .. import runs
from ..document import LIMIT_BYTES, read_json
from ..error import DocumentError, UsageError
from ..fact import canonical
from ..records import packing
from ..records.link import Link
from ..records.record import Record, SignedRecord
from ..report import Report
from ..runs import Run
from . import Words, Written
from . import json as member
from .carried import Carried, carried, damaged

RECORD, RUN = "record.json", "run.json"
LIMITS_BYTES = {RECORD: packing.TEXT_LIMIT + (1 << 20), RUN: LIMIT_BYTES}
"""The files that a run holds, each with the most that is read of it."""
LINE, FINGERPRINT = "envprobe.signature", "envprobe.fingerprint"
VERDICT, BASELINE = "envprobe.verdict", "envprobe.baseline"
ANOTHER = f"{RUN} is not the run that the record was made of"


class Held(NamedTuple):
    """What a run of a tracker holds of envprobe."""

    tags: Mapping[str, str]
    """Empty where they cannot be read back."""
    files: Mapping[str, bytes]
    """By the names above; kept in a folder `envprobe` of the run."""


class TrackedRun:
    """A run that is there already."""

    folder: Path | None = None
    file: Path | None = None
    can_link = False

    def __init__(self, name: str, read: Callable[[], Held], write: Callable[[Held], None]) -> None:
        self.name, self._load, self._write = name, read, write
        self._held = read()

    def bound(self, record: Record) -> Record:
        """Return the record as it is."""
        return record

    def read(self) -> Carried | None:
        """Return its record, the line as the tag says it. Raises DocumentError."""
        return find(self._held, self.name)

    def words(self) -> Iterator[Words]:
        """Yield nothing: what a run holds beside the record is the tracker's."""
        yield from ()

    def change(
        self,
        edit: Callable[[Carried | None], SignedRecord],
        *,
        shorten: Callable[[SignedRecord], Link] | None = None,
        run: Run | None = None,
        copy: Path | None = None,
    ) -> Written:
        """Write tags and files. Trackers know no lock: between two at the same moment the later one stays."""
        if copy is not None:
            raise UsageError(f"{self.name}: a tracker's run is not copied", "leave --output out")
        before = find(self._load(), self.name)
        after = edit(before)
        self._write(held(after, run))
        return Written(self.name, before, after)

    def run_of(self, record: Record) -> Run | None:
        """Return the recorded experiment, None where there is none or the record is of none. Raises DocumentError."""
        return run_in(self._held, record, self.name)

    def faults(self, record: Record) -> list[str]:
        """Return how the rest of what it holds differs from its record."""
        return list(faults(self._held, record, self.name))


def too_large(where: str, file: str) -> DocumentError:
    """Return the error for a file of which no more than its limit is read."""
    return DocumentError(f"{where}: more than {LIMITS_BYTES[file]:,} bytes, too large for a record")


def held(signed: SignedRecord, run: Run | None) -> Held:
    """Return what carries a record, and the whole recorded experiment beside it where there is one."""
    found = carried(signed)
    record = canonical({member.NAME: member.to_json(found)}) + b"\n"
    files = {RECORD: record} if run is None else {RECORD: record, RUN: runs.to_json(run)}
    return Held({LINE: found.line, FINGERPRINT: signed.record.fingerprint.id}, files)


def verdict(report: Report) -> Held:
    """Return the tags that say how a comparison ended. Nothing vouches for them later: `verify` and `check` judge anew."""
    return Held({VERDICT: report.verdict.value, BASELINE: report.expected_name}, {})


def find(held: Held, where: str) -> Carried | None:
    """Return the record that a run carries, None where it carries none. Raises DocumentError."""
    if RECORD not in held.files:
        return None
    found = member.find(held.files[RECORD], f"{where}: {RECORD}")
    if found is None:
        raise damaged(where, f"{RECORD} holds no record", "attach it again")
    return msgspec.structs.replace(found, line=held.tags.get(LINE, "")) if held.tags else found


def faults(held: Held, record: Record, where: str) -> Iterator[str]:
    """Yield how the rest of what a run holds differs from its record."""
    if held.tags and held.tags.get(FINGERPRINT) != record.fingerprint.id:
        yield f"the tag {FINGERPRINT} is not the record's fingerprint"
    try:
        run_in(held, record, where)
    except DocumentError as error:
        yield error.message


def run_in(held: Held, record: Record, where: str) -> Run | None:
    """Return the recorded experiment, None where there is none or the record is of none. Raises DocumentError for another one."""
    if record.experiment is None or RUN not in held.files:
        return None  # an artifact cannot be deleted: it may be an earlier record's
    run = runs.from_value(read_json(held.files[RUN], f"{where}: {RUN}"), f"{where}: {RUN}")
    if run.id != record.experiment.run:
        raise DocumentError(f"{where}: {ANOTHER}", "attach it again")
    return run
