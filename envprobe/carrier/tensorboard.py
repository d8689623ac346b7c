"""TensorBoard: an event file; or a folder of logs, in which the record is a run of its own as Keras' `train` is.

A file beside the program's own would be in its way: TensorBoard reads the files of one run in the order of their names, goes on
to the next and never back, so that it would miss what is still being written.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..error import UsageError
from ..records.link import Link
from ..records.record import SignedRecord
from ..runs import Run
from . import Carrier, Written, event_file
from .carried import Carried
from .file import Format, ReportFile

PLACE = Path("envprobe") / "events.out.tfevents.0.envprobe"
MARK = "tfevents"
"""What TensorBoard looks for in a file's name."""
FORMAT = Format(event_file.find, event_file.put)


def open_carrier(name: str) -> Carrier:
    """Open an event file, or a folder of logs."""
    return LogFolder(Path(name)) if Path(name).is_dir() else ReportFile(Path(name), FORMAT)


class LogFolder(ReportFile):
    """A folder in which an event file of ours carries the record; until there is one it is as old as the first of the others."""

    can_link = False

    def __init__(self, folder: Path) -> None:
        path = place_in(folder)
        super().__init__(path, FORMAT, absent=None if path.exists() else event_file.empty(_beginning(folder)))
        self.name, self.folder = str(folder), folder

    def change(
        self,
        edit: Callable[[Carried | None], SignedRecord],
        *,
        shorten: Callable[[SignedRecord], Link] | None = None,
        run: Run | None = None,
        copy: Path | None = None,
    ) -> Written:
        """Write the record's file. Raises EnvprobeError, for a copy too."""
        if copy is not None:
            raise UsageError(f"{self.name}: a folder of logs is not copied", "leave --output out, or name one event file")
        return super().change(edit, shorten=shorten, run=run)._replace(place=self.name)


def place_in(folder: Path) -> Path:
    """Return where the record of a folder lies."""
    return folder / PLACE


def _beginning(folder: Path) -> bytes:
    """Return the first bytes of the folder's first event file. Raises UsageError where there is none."""
    files = sorted(path for path in folder.rglob("*") if MARK in path.name and path.is_file() and path.name != PLACE.name)
    if not files:
        raise UsageError(f"{folder}: no TensorBoard event files in it", "name a folder that tensorboard --logdir shows")
    with files[0].open("rb") as stream:
        return stream.read(event_file.BEGINNING_BYTES)
