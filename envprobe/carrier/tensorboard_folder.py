"""A folder of TensorBoard logs: the record is a run of its own in it, as Keras' `train` and `validation` are.

A file beside the program's own would be in its way: TensorBoard reads the files of one run in the order of their names, goes on
to the next and never back, so that it would miss what is still being written.
"""

from __future__ import annotations

from pathlib import Path

from ..error import UsageError
from . import tensorboard

PLACE = Path("envprobe") / "events.out.tfevents.0.envprobe"
MARK = "tfevents"
"""What TensorBoard looks for in a file's name."""


def place_in(folder: Path) -> Path:
    """Return where the record of a folder lies."""
    return folder / PLACE


def empty(folder: Path) -> bytes:
    """Return an event file without a record, as old as the folder's first event. Raises UsageError where there is none."""
    files = sorted(path for path in folder.rglob("*") if MARK in path.name and path.is_file() and path.name != PLACE.name)
    if not files:
        raise UsageError(f"{folder}: no TensorBoard event files in it", "name a folder that tensorboard --logdir shows")
    with files[0].open("rb") as stream:
        return tensorboard.empty(stream.read(tensorboard.HEADER_BYTES + tensorboard.MOMENT_BYTES))
