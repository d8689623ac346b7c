"""Where an experiment runs: how its command is started there, and how the files that it wrote are got at."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol, cast

from ..error import UsageError
from ..targets.address import parse
from ..targets.protocol import Capture, EngineTarget, Target
from ..targets.scheme import SCHEMES
from .listing import ListedFile, Listing, ask_for_files
from .live import run_live


class Workplace(Protocol):
    """Where an experiment runs."""

    is_here: bool
    """Whether that is this machine, where its files lie too."""

    def run(self, argv: Sequence[str], variables: Mapping[str, str], capture: Capture) -> int:
        """Run a command in the place's own folder; `variables` are added to its environment. Return its exit status."""
        ...

    def list_files(self, globs: Sequence[str]) -> Listing:
        """Return the files that globs name."""
        ...

    def bring(self, places: Mapping[str, ListedFile], folder: Path) -> dict[str, Path]:
        """Return where each file can be read on this machine: where it lies, or a copy under `folder`."""
        ...


class LocalWorkplace:
    """This machine, and the current folder."""

    is_here = True

    def __init__(self, target: Target) -> None:
        self._target = target

    def run(self, argv: Sequence[str], variables: Mapping[str, str], capture: Capture) -> int:
        """Run a command; see live.py."""
        return run_live(argv, {**os.environ, **variables}, capture)

    def list_files(self, globs: Sequence[str]) -> Listing:
        """Return the files that globs name."""
        return ask_for_files(self._target, globs)

    def bring(self, places: Mapping[str, ListedFile], folder: Path) -> dict[str, Path]:
        """Return where each file lies."""
        return {name: Path(place.path) for name, place in places.items()}


def open_workplace(target: Target) -> Workplace:
    """Return the workplace in an entered target. Raises UsageError where experiments cannot be run."""
    how = parse(target.reference).row.experiments
    if how == "here":
        return LocalWorkplace(target)
    if how == "engine":
        from .container_workplace import ContainerWorkplace

        return ContainerWorkplace(cast(EngineTarget, target))
    can = ", ".join(row.form for row in SCHEMES.values() if row.experiments)
    raise UsageError(f"{target.reference}: an experiment cannot be run there", f"it can in {can}")


def check_globs(globs: Sequence[str]) -> None:
    """Refuse a glob whose files would have no name of their own. Raises UsageError."""
    for glob in globs:
        if not glob or ".." in PurePosixPath(glob).parts:
            raise UsageError(f"--outputs {glob!r}: not inside the current folder", "name it by an absolute path")
