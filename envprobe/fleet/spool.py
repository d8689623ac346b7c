"""What has arrived of a fleet, on disk as it arrives: an append-only file of JSON lines, and what it comes to.

The first line is the head, then a line a member, and before the first member of each fingerprint a line with that, without its
context. A line that was cut off, as a killed driver leaves it, is dropped when the file is read again.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import msgspec

from .. import document
from ..error import DocumentError, StoreError, UsageError
from ..fact import canonical, sha256
from ..fingerprint import Fingerprint, from_value, to_json
from ..numerics.trace import read_trace
from ..redaction import redact, without_secrets
from .unreachable import UnreachableMember

SCHEMA = "envprobe.spool/1"
REASON_LIMIT = 2000
DAMAGED = "it was edited or damaged; ask the fleet again"


Burned: TypeAlias = Mapping[str, Sequence[Fingerprint]]
"""What each core and GPU of a member gave by itself."""


class Arrived(msgspec.Struct):
    """The members that were heard of: a fingerprint once, however many have it."""

    fingerprints: dict[str, Fingerprint] = {}
    """By id, without context."""
    members: dict[str, tuple[str, ...]] = {}
    """Name to the ids that it gave, one for each time that it was asked."""
    burned: dict[str, dict[str, tuple[str, ...]]] = {}
    """Name to what each of its cores and GPUs gave by itself, one id for each run there."""
    unreachable: dict[str, str] = {}

    def answered(self, member: str, answers: Iterable[Fingerprint], burned: Burned | None = None) -> list[Fingerprint]:
        """Keep the answers of a member; return those fingerprints that no member had before, without context."""
        answers = list(answers)
        everything = [*answers, *(one for runs in (burned or {}).values() for one in runs)]
        new = {one.id: msgspec.structs.replace(one, context={}) for one in everything if one.id not in self.fingerprints}
        self.fingerprints |= new
        self.members[member] = tuple(one.id for one in answers)
        if burned is not None:
            self.burned[member] = {part: tuple(one.id for one in runs) for part, runs in burned.items()}
        self.unreachable.pop(member, None)
        return list(new.values())

    def failed(self, unreachable: UnreachableMember) -> None:
        """Keep why a member gave no fingerprint."""
        self.unreachable[unreachable.member] = unreachable.reason
        self.members.pop(unreachable.member, None)
        self.burned.pop(unreachable.member, None)


class Spool:
    """An open file, and what is in it. Each method writes whole lines and flushes them."""

    def __init__(self, stream: BinaryIO, arrived: Arrived) -> None:
        self._stream = stream
        self.arrived = arrived

    def answered(self, member: str, answers: Iterable[Fingerprint], burned: Burned | None = None) -> None:
        """Write what a member gave."""
        lines = [{"fingerprint": msgspec.json.decode(to_json(one))} for one in self.arrived.answered(member, answers, burned)]
        parts = {"burned": {part: list(ids) for part, ids in self.arrived.burned[member].items()}} if burned is not None else {}
        self._write(*lines, {"member": member, "ids": list(self.arrived.members[member]), **parts})

    def failed(self, unreachable: UnreachableMember) -> None:
        """Write why a member gave nothing."""
        kept = UnreachableMember(unreachable.member, redact(unreachable.reason)[:REASON_LIMIT])
        self.arrived.failed(kept)
        self._write({"member": kept.member, "unreachable": kept.reason})

    def _write(self, *lines: dict[str, Any]) -> None:
        try:
            self._stream.write(b"".join(canonical(line) + b"\n" for line in lines))
            self._stream.flush()
        except OSError as error:
            raise StoreError(
                f"{self._stream.name}: cannot be written: {error.strerror}", "what arrived before is in it"
            ) from None


@contextmanager
def open_spool(path: Path, asked: dict[str, Any], *, resume: bool) -> Iterator[Spool]:
    """Open a spool for what is asked, and hold it. Raises StoreError, UsageError where it is another fleet's, DocumentError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("r+b" if resume else "xb") as stream:
            _hold(stream, path)
            arrived = Arrived()
            if resume:
                head, arrived, end = _read(stream, path)
                _require_same(head, asked, path)
                stream.truncate(end)
                stream.seek(end)
            else:
                stream.write(canonical({"schema": SCHEMA, **asked}) + b"\n")
                stream.flush()
            yield Spool(stream, arrived)
    except FileNotFoundError:
        raise UsageError(f"{path}: there is nothing to go on with", "leave --resume out") from None
    except FileExistsError:
        raise StoreError(f"{path}: exists already", "go on with it by --resume, or name another file") from None
    except OSError as error:
        raise StoreError(f"{path}: cannot be opened: {error.strerror}", "name another file with --spool") from None


def read_spool(path: Path) -> Arrived:
    """Return what arrived in a spool. Raises StoreError or DocumentError."""
    try:
        with path.open("rb") as stream:
            return _read(stream, path)[1]
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from None


def _hold(stream: BinaryIO, path: Path) -> None:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreError(f"{path}: another envprobe is filling it", "wait until it is done, or name another file") from None


def _require_same(head: dict[str, Any], asked: dict[str, Any], path: Path) -> None:
    other = sorted(name for name in asked if canonical(head.get(name)) != canonical(asked[name]))
    if other:
        hint = "ask for the same as then, or leave --resume out"
        raise UsageError(f"{path}: was begun for another question: other {', '.join(other)}", hint)


def _read(stream: BinaryIO, path: Path) -> tuple[dict[str, Any], Arrived, int]:
    """Return the head, what arrived, and where the last whole line ends."""
    arrived, head, end = Arrived(), None, 0
    while (line := stream.readline(document.LIMIT_BYTES + 1)).endswith(b"\n"):
        where = f"{path}: at byte {end}"
        value = document.read_json(line, where)
        if head is None:
            document.check_schema(value, SCHEMA, str(path))
            head = value
        else:
            _take(value, arrived, where)
        end += len(line)
    if head is None:
        raise DocumentError(f"{path}: no spool of a fleet", "name a folder of fingerprints, or what --spool wrote")
    if len(line) > document.LIMIT_BYTES:
        raise DocumentError(f"{path}: a line of more than {document.LIMIT_BYTES:,} bytes")
    return head, arrived, end


def _take(value: Any, arrived: Arrived, where: str) -> None:
    match value:
        case {"fingerprint": dict(found), **rest} if not rest:
            fingerprint = checked(without_secrets(from_value(found, where)))
            arrived.fingerprints[fingerprint.id] = fingerprint
        case {"member": str(name), "ids": [*ids], "burned": dict(parts), **rest} if not rest:
            if not all(isinstance(runs, list) and _known(runs, arrived) for runs in parts.values()):
                raise DocumentError(f"{where}: burned: not runs of a member's parts", DAMAGED)
            _take({"member": name, "ids": ids}, arrived, where)
            arrived.burned[name] = {part: tuple(runs) for part, runs in parts.items()}
        case {"member": str(name), "ids": [*ids], **rest} if not rest and _known(ids, arrived):
            arrived.members[name] = tuple(ids)
            arrived.unreachable.pop(name, None)
        case {"member": str(name), "unreachable": str(reason), **rest} if not rest:
            arrived.failed(UnreachableMember(name, reason[:REASON_LIMIT]))
        case _:
            raise DocumentError(f"{where}: not a line of a spool", DAMAGED)


def _known(ids: list[Any], arrived: Arrived) -> bool:
    return bool(ids) and all(isinstance(one, str) and one in arrived.fingerprints for one in ids)


def checked(fingerprint: Fingerprint) -> Fingerprint:
    """Return a fingerprint whose trace can be read too: one that cannot would end the comparison of all.

    Raises DocumentError.
    """
    if fingerprint.trace is not None:
        read_trace(fingerprint.trace, "its benchmark")
    return fingerprint


def default_path(reference: str) -> Path:
    """Return where a spool lies that nobody named: in the user's state folder, by the engine."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "envprobe" / "fleet" / f"{sha256(reference.encode())[7:23]}.jsonl"
