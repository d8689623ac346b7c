"""Where an experiment runs: how its command is started there, and how the files that it wrote are got at."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from ..error import UsageError
from ..targets import Target
from ..targets.container import ContainerTarget
from ..targets.local import LocalTarget
from ..targets.protocol import Capture
from .listing import Listing, Place, ask_for_files
from .live import run_live


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
