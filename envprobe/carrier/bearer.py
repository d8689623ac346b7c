"""What bears a record: a report's file, a folder of TensorBoard logs, or a run of a tracker."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from .. import carrier, store
from ..error import UsageError
from ..records.packing import Attachment, Record
from ..runs import Run
from . import tensorboard_folder, tracked, tracker
from .block import Block, block_of


class Bearer(Protocol):
    """What bears a record, or may be given one. `read` and the constructor raise EnvprobeError where it cannot be read."""

    name: str
    outputs: Path | None
    """Where the recorded outputs lie unless somebody says otherwise; None where nothing tells."""
    file: Path | None
    """The file itself, which is no output of its own record."""

    def read(self) -> Block | None:
        """Return its record, None where it carries none. Raises DocumentError for a damaged one."""

    def write(self, attachment: Attachment, run: Run | None, copy: Path | None) -> str:
        """Give it a record, or a copy of it; return the name of what carries the record now. Raises EnvprobeError."""

    def faults(self, found: Record) -> list[str]:
        """Return how what it holds beside the record contradicts it."""


def open_bearer(report: str | Path) -> Bearer:
    """Return what a path or a tracker's reference names. Raises EnvprobeError where it cannot be read."""
    if isinstance(report, str) and tracker.is_reference(report):
        return _TrackedRun(report)
    path = Path(report)
    return _LogFolder(path) if path.is_dir() else _File(path, carrier.read_report(path))


class _File:
    outputs: Path | None
    file: Path | None

    def __init__(self, path: Path, data: bytes) -> None:
        self.name, self.outputs, self.file = str(path), path.parent, path
        self._path, self._data = path, data

    def read(self) -> Block | None:
        return carrier.read(self._path, self._data)

    def write(self, attachment: Attachment, run: Run | None, copy: Path | None) -> str:
        store.save(copy or self._path, carrier.attach(self._path, self._data, block_of(attachment)), replace=True)
        return str(copy or self._path)

    def faults(self, found: Record) -> list[str]:
        return []


class _LogFolder(_File):
    """A folder of TensorBoard logs: an event file of ours in it carries the record."""

    def __init__(self, folder: Path) -> None:
        path = tensorboard_folder.place_in(folder)
        is_there = path.exists()
        super().__init__(path, carrier.read_report(path) if is_there else tensorboard_folder.empty(folder))
        self.name, self.outputs = str(folder), folder

    def write(self, attachment: Attachment, run: Run | None, copy: Path | None) -> str:
        if copy is not None:
            raise UsageError(f"{self.name}: a folder of logs is not copied", "leave --output out, or name one event file")
        super().write(attachment, run, None)
        return self.name


class _TrackedRun:
    outputs: Path | None = None
    file: Path | None = None

    def __init__(self, reference: str) -> None:
        self.name = reference
        self._tracker, self._run = tracker.open_tracker(reference)
        self._entry = self._tracker.read(self._run)

    def read(self) -> Block | None:
        return tracked.block_in(self._entry, self.name)

    def write(self, attachment: Attachment, run: Run | None, copy: Path | None) -> str:
        if copy is not None:
            raise UsageError(f"{self.name}: a tracker's run is not copied", "leave --output out")
        self._tracker.write(self._run, tracked.entry_of(attachment, run))
        return self.name

    def faults(self, found: Record) -> list[str]:
        return list(tracked.faults(self._entry, found, self.name))
