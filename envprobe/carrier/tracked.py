"""A record as the tags and files of a tracker's run, and back: pure, and the same for every tracker."""

from __future__ import annotations

from collections.abc import Iterator

from .. import runs
from ..document import LIMIT_BYTES, read_json
from ..error import DocumentError
from ..fact import canonical
from ..fingerprint import Fingerprint
from ..records import packing
from ..records.packing import Attachment, Record
from ..report import Report
from ..runs import Run
from . import json as member
from .block import Block, block_of, damaged
from .tracker import Entry

RECORD, RUN = "record.json", "run.json"
LIMITS_BYTES = {RECORD: packing.TEXT_LIMIT + (1 << 20), RUN: LIMIT_BYTES}
"""The files of an entry, each with the most that is read of it."""
SIGNATURE, FINGERPRINT = "envprobe.signature", "envprobe.fingerprint"
VERDICT, BASELINE = "envprobe.verdict", "envprobe.baseline"
ANOTHER = f"{RUN} is not the run that the record was made of"


def too_large(where: str, file: str) -> DocumentError:
    """Return the error for a file of which no more than its limit is read."""
    return DocumentError(f"{where}: more than {LIMITS_BYTES[file]:,} bytes, too large for a record")


def entry_of(attachment: Attachment, run: Run | None) -> Entry:
    """Return what carries a record, and the whole recorded experiment beside it where there is one."""
    block = block_of(attachment)
    record = canonical({member.NAME: member.to_json(block)}) + b"\n"
    files = {RECORD: record} if run is None else {RECORD: record, RUN: runs.to_json(run)}
    return Entry({SIGNATURE: block.visible[0], FINGERPRINT: attachment.record.fingerprint.id}, files)


def verdict_of(report: Report) -> Entry:
    """Return the tags that say how a comparison ended. Nothing vouches for them later: `verify` and `check` judge anew."""
    return Entry({VERDICT: report.verdict.value, BASELINE: report.expected_name}, {})


def block_in(entry: Entry, where: str) -> Block | None:
    """Return the record that a run carries, its line as the tag says it; None where it carries none. Raises DocumentError."""
    if RECORD not in entry.files:
        return None
    block = member.read(entry.files[RECORD], f"{where}: {RECORD}")
    if block is None:
        raise damaged(where, f"{RECORD} holds no record")
    if not entry.tags:
        return block
    return Block([entry.tags.get(SIGNATURE, ""), *block.visible[1:]], block.payload, block.foreign)


def faults(entry: Entry, record: Record, where: str) -> Iterator[str]:
    """Yield how the rest of an entry differs from its record."""
    if entry.tags and entry.tags.get(FINGERPRINT) != record.fingerprint.id:
        yield f"the tag {FINGERPRINT} is not the record's fingerprint"
    try:
        run_in(entry, record, where)
    except DocumentError as error:
        yield error.message


def document_in(entry: Entry, where: str) -> Run | Fingerprint:
    """Return the recorded experiment that a run carries, else the environment of its record. Raises DocumentError."""
    block = block_in(entry, where)
    if block is None:
        raise DocumentError(f"{where}: carries no envprobe record", f"put one in: envprobe attach RUN {where}")
    record = packing.unpack(block.payload, where).record
    return run_in(entry, record, where) or record.fingerprint


def run_in(entry: Entry, record: Record, where: str) -> Run | None:
    """Return the recorded experiment, None where there is none or the record is of none. Raises DocumentError for another one."""
    if record.experiment is None or RUN not in entry.files:
        return None  # an artifact cannot be deleted: it may be an earlier record's
    run = runs.from_value(read_json(entry.files[RUN], f"{where}: {RUN}"), f"{where}: {RUN}")
    if run.id != record.experiment.run:
        raise DocumentError(f"{where}: {ANOTHER}", "attach it again")
    return run
