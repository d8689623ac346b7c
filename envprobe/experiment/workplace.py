"""Where an experiment runs: how its command is started there, and how the files that it wrote are got at."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Protocol

from ..attestation.payload import is_inside
from ..error import TargetError, UsageError
from ..probing import bundle
from ..target import Completed, NoProgram, Target
from ..target.container import ContainerTarget
from ..target.local import LocalTarget
from ..target.protocol import Capture
from .live import run_live

LISTING_TIMEOUT_S = 120
LISTING_LIMIT_BYTES = 16 << 20
FILE_LIMIT = 10_000


class Place(NamedTuple):
    """A file, and what tells whether it was written since."""

    path: str
    size_bytes: int
    stamp: tuple[int, int, int]
    """Times of modification and of change in nanoseconds, and the inode."""


class Listing(NamedTuple):
    """What globs name at one moment."""

    files: dict[str, Place]
    by_glob: dict[str, list[str]]
    """The names that each glob found."""


class Workplace(Protocol):
    """Where an experiment runs."""

    def run(self, argv: Sequence[str], variables: Mapping[str, str], capture: Capture) -> int:
        """Run a command in the place's own folder; `variables` are added to its environment. Return its exit status."""
        ...

    def list_files(self, globs: Sequence[str]) -> Listing:
        """Return the files that globs name."""
        ...

    def bring(self, places: Mapping[str, Place], folder: Path) -> dict[str, Path]:
        """Return where each file can be read on this machine: where it lies, or a copy under `folder`."""
        ...


class LocalWorkplace:
    """This machine, and the current folder."""

    def __init__(self, target: LocalTarget) -> None:
        self._target = target

    def run(self, argv: Sequence[str], variables: Mapping[str, str], capture: Capture) -> int:
        """Run a command; see live.py."""
        return run_live(argv, {**os.environ, **variables}, capture)

    def list_files(self, globs: Sequence[str]) -> Listing:
        """Return the files that globs name."""
        return ask_for_files(self._target, globs)

    def bring(self, places: Mapping[str, Place], folder: Path) -> dict[str, Path]:
        """Return where each file lies."""
        return {name: Path(place.path) for name, place in places.items()}


def open_workplace(target: Target) -> Workplace:
    """Return the workplace in an entered target. Raises UsageError where experiments cannot be run."""
    if isinstance(target, LocalTarget):
        return LocalWorkplace(target)
    if isinstance(target, ContainerTarget):
        from .container_workplace import ContainerWorkplace

        return ContainerWorkplace(target)
    raise UsageError(
        f"{target.reference}: an experiment runs on this machine or in a running container",
        "use local:// or docker://NAME; a container of an image: docker run -d --name NAME IMAGE sleep infinity",
    )


def check_globs(globs: Sequence[str]) -> None:
    """Refuse a glob whose files would have no name of their own. Raises UsageError."""
    for glob in globs:
        if not glob or ".." in PurePosixPath(glob).parts:
            raise UsageError(f"--outputs {glob!r}: not inside the current folder", "name it by an absolute path")


def ask_for_files(target: Target, globs: Sequence[str]) -> Listing:
    """List files in a target, with its own Python. Raises TargetError or UsageError."""
    if not globs:
        return Listing({}, {})
    answer = _run_python(target, [bundle.sources()["listing.py"], *globs])
    try:
        value = json.loads(answer.stdout)
        files = {name: Place(row[0], row[1], (row[2], row[3], row[4])) for name, row in value["files"].items()}
        listing = Listing(files, dict(zip(globs, value["globs"], strict=True)))
    except (ValueError, TypeError, LookupError, AttributeError):
        said = answer.stderr.decode("utf-8", "backslashreplace").strip()[-300:]
        raise TargetError(f"{target.reference}: its files cannot be listed: {said or 'no answer'}") from None
    if len(files) >= FILE_LIMIT:
        raise UsageError(f"--outputs: {FILE_LIMIT:,} files or more", "name the outputs more closely")
    for name in files:
        if not is_inside(name) or not name.isprintable():
            hint = "rename it, or name the outputs more closely"
            raise UsageError(f"--outputs: {name[:200]!a}: a name that cannot be recorded", hint)
    return listing


def _run_python(target: Target, arguments: Sequence[str]) -> Completed:
    for python in target.pythons:
        try:
            return target.run([python, "-B", "-c", *arguments], b"", LISTING_TIMEOUT_S, LISTING_LIMIT_BYTES)
        except NoProgram:
            continue
    raise TargetError(f"{target.reference}: no Python in it", "its output files are listed with Python 3.6 or newer")
