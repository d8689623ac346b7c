"""The files that lie beside a report, against the digests that its record holds."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ..error import EnvprobeError
from ..output import describe
from ..records.published import SPREAD, recorded
from ..records.record import Record, RecordedOutput

CHUNK_BYTES = 1 << 20
NO_FILE, OTHER = "is no file", "its content is not the recorded one"


class OutputFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, by path."""

    same: list[str]
    altered: dict[str, str]
    """Path to what is wrong."""
    missing: list[str]
    unchecked: dict[str, str]
    """Path to why nothing is known here: a library that reads the type is not installed."""


def _is_at(place: Path, report: Path) -> bool:
    """Tell whether an output has the report's own place. One that only leads there, by a link, is no output that was recorded."""
    return place.name == report.name and place.parent.resolve() == report.parent.resolve()


def of_last_attempt(folder: Path, record: Record) -> Path:
    """Return where the recorded outputs lie in the copies of repeated runs: in the folder of the last."""
    attempts = record.experiment.attempts if record.experiment is not None else 1
    last = folder / f"attempt-{attempts}"
    is_theirs = attempts > 1 and last.is_dir() and not any(os.path.lexists(folder / path) for path in record.outputs)
    return last if is_theirs else folder


class _CannotTell(Exception):
    """An output is there and cannot be read as what it was recorded as."""


def compare(outputs: Mapping[str, RecordedOutput], folder: Path | None, report: Path | None) -> OutputFiles:
    """Compare the outputs with what lies in a folder. The report itself is no output of its own record: it carries it."""
    found = OutputFiles(same=[], altered={}, missing=[], unchecked={})
    if folder is None:
        found.missing.extend(sorted(outputs))
        return found
    for path, output in sorted(outputs.items()):
        place = folder / path
        if report is not None and _is_at(place, report):
            continue
        try:
            fault = _spread_fault(place, output) if output.kind in SPREAD else _fault(place, output)
        except FileNotFoundError:
            found.missing.append(path)
        except _CannotTell as error:
            found.unchecked[path] = str(error)
        except OSError as error:
            found.altered[path] = f"cannot be read: {error.strerror}"
        else:
            if fault:
                found.altered[path] = fault
            else:
                found.same.append(path)
    return found


def _spread_fault(path: Path, output: RecordedOutput) -> str:
    """Return what is wrong with an output that is more than one file."""
    if not path.exists():
        raise FileNotFoundError
    if not path.is_dir() and not path.is_file():
        return NO_FILE
    try:
        description = describe(path)
    except EnvprobeError as error:
        raise _CannotTell(error.message) from None
    if recorded(description) == output:
        return ""
    if description.note:
        raise _CannotTell(description.note)
    return OTHER


def _fault(path: Path, output: RecordedOutput) -> str:
    """Return what is wrong with a file. Never waits: a pipe or a device in its place is reported, not read."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return NO_FILE
        if status.st_size != output.size_bytes:
            return f"has {status.st_size:,} bytes, the recorded one had {output.size_bytes:,}"
        digest = hashlib.sha256()
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return "" if f"sha256:{digest.hexdigest()}" == output.digest else OTHER
