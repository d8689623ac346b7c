"""`file:FOLDER`: fingerprints that were collected with `envprobe-probe.pyz`, a file a member; or the spool of another run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from ...document import LIMIT_BYTES
from ...error import TargetError, UsageError
from ...fact import sha256
from ...fingerprint import Fingerprint, read_fingerprint
from ...probing.collect import Options
from ...redaction import without_secrets
from ..engine import AnsweredMember, FleetMember, Members
from ..spool import read_spool
from ..unreachable import UnreachableMember

SUFFIXES = (".json",)


@contextmanager
def members(place: str) -> Iterator[Members]:
    """Give a member for each JSON file of a folder, by its name without the ending; a spool's as they were heard of."""
    folder = Path(place).expanduser()
    if folder.is_file():
        yield _in_spool(folder)
        return
    if not folder.is_dir():
        raise UsageError(f"file:{place}: no such folder", "name the folder that the fingerprints lie in")
    files = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    read: dict[str, Fingerprint] = {}
    yield [FleetMember(path.stem, partial(_read, path, read)) for path in files]


def _read(path: Path, read: dict[str, Fingerprint], options: Options, known: Fingerprint | None) -> Fingerprint:
    """Return a file's fingerprint; of files that say the same but for their context, the first alone is read with all care."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise TargetError(f"{path}: cannot be read: {error.strerror}") from None
    key = _content(data)
    if key not in read or not key:
        read[key] = without_secrets(read_fingerprint(data, str(path)))
    return read[key]


def _content(data: bytes) -> str:
    """Return a digest of all that a document says but its contexts; empty where it has to be read with care to know that."""
    try:
        value: Any = msgspec.json.decode(data) if len(data) <= LIMIT_BYTES else None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ""
    if not isinstance(value, dict):
        return ""
    taken = [{"context": one.pop("context")} for one in (value, value.get("trace")) if isinstance(one, dict) and "context" in one]
    content = msgspec.json.encode(value, order="sorted")
    quotes = content.count(b'"') + sum(msgspec.json.encode(one).count(b'"') for one in taken)
    return sha256(content) if quotes == data.count(b'"') else ""  # fewer: a key stands there twice


def _in_spool(path: Path) -> Members:
    arrived = read_spool(path)

    def fingerprints(ids: Sequence[str]) -> tuple[Fingerprint, ...]:
        return tuple(arrived.fingerprints[id_] for id_ in ids)

    burned = {name: {part: fingerprints(runs) for part, runs in parts.items()} for name, parts in arrived.burned.items()}
    answered = [AnsweredMember(name, fingerprints(ids), burned.get(name)) for name, ids in arrived.members.items()]
    return [*answered, *(UnreachableMember(name, reason) for name, reason in arrived.unreachable.items())]
