"""The files of an experiment's folder at one moment, listed by the Python that is there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from ..error import TargetError, UsageError
from ..probing import bundle
from ..records.packing import is_inside
from ..targets.protocol import Completed, NoProgram, Target

LISTING_TIMEOUT_S = 120
LISTING_LIMIT_BYTES = 64 << 20
FILE_LIMIT = 100_000


class ListedFile(NamedTuple):
    """A file, and what tells whether it was written since."""

    path: str
    size_bytes: int
    stamp: tuple[int, int, int]
    """Times of modification and of change in nanoseconds, and the inode."""


class Listing(NamedTuple):
    """What globs name at one moment."""

    files: dict[str, ListedFile]
    by_glob: dict[str, list[str]]
    """The names that each glob found."""
    dangling: tuple[str, ...] = ()
    """Links that match and lead nowhere."""


def ask_for_files(target: Target, globs: Sequence[str]) -> Listing:
    """List files in a target, with its own Python. Raises TargetError or UsageError."""
    if not globs:
        return Listing({}, {})
    answer = _run_python(target, [bundle.sources()["listing.py"], *globs])
    try:
        value = json.loads(answer.stdout)
        files = {name: ListedFile(row[0], row[1], (row[2], row[3], row[4])) for name, row in value["files"].items()}
        listing = Listing(files, dict(zip(globs, value["globs"], strict=True)), tuple(value["dangling"]))
    except (ValueError, TypeError, LookupError, AttributeError):
        said = answer.stderr.decode("utf-8", "backslashreplace").strip()[-300:]
        raise TargetError(f"{target.reference}: its files cannot be listed: {said or 'no answer'}") from None
    if len(files) >= FILE_LIMIT:
        raise UsageError(f"--outputs: {FILE_LIMIT:,} files or more", "name the outputs more closely")
    for name in (*files, *listing.dangling):
        if not is_inside(name) or not name.isprintable():
            hint = "rename it, or name the outputs more closely"
            raise UsageError(f"--outputs: {name[:200]!a}: a name that cannot be recorded", hint)
    return listing


def _run_python(target: Target, arguments: Sequence[str]) -> Completed:
    for python in target.pythons:
        try:
            return target.run([python, "-I", "-B", "-c", *arguments], b"", LISTING_TIMEOUT_S, LISTING_LIMIT_BYTES)
        except NoProgram:
            continue
    raise TargetError(f"{target.reference}: no Python in it", "its output files are listed with Python 3.6 or newer")
