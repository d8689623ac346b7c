"""`file:FOLDER`: fingerprints that were collected with `envprobe-probe.pyz`, a file a member; or the spool of another run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from ...error import UsageError
from ...fingerprint import Fingerprint
from ...probing.collect import Options, collect
from ..engine import FleetMember, Members, UnreachableMember
from ..spool import read_spool

SUFFIXES = (".json",)


@contextmanager
def members(place: str, timeout_s: float) -> Iterator[Members]:
    """Give a member for each JSON file of a folder, by its name without the ending; a spool's as they were heard of."""
    folder = Path(place).expanduser()
    if folder.is_file():
        yield _in_spool(folder)
        return
    if not folder.is_dir():
        raise UsageError(f"file:{place}: no such folder", "name the folder that the fingerprints lie in")
    files = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    yield [FleetMember(path.stem, partial(_read, path)) for path in files]


def _read(path: Path, options: Options, known: Fingerprint | None) -> Fingerprint:
    return collect(f"file://{path}", options)


def _in_spool(path: Path) -> Members:
    arrived = read_spool(path)
    answered = [FleetMember(name, partial(_kept, arrived.fingerprints[ids[0]])) for name, ids in arrived.members.items()]
    return [*answered, *(UnreachableMember(name, reason) for name, reason in arrived.unreachable.items())]


def _kept(fingerprint: Fingerprint, options: Options, known: Fingerprint | None) -> Fingerprint:
    return fingerprint
