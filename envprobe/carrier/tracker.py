"""Experiment trackers whose runs hold a record: one file a tracker, one line in `TRACKERS`.

A tracker keeps a few tags, which its tables show and search, and small files. It is used through its own library, which is
imported where it is used; what is read back is untrusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from ..error import UsageError

if TYPE_CHECKING:
    from ..fingerprint import Fingerprint
    from ..runs import Run

TRACKERS = {"mlflow": "mlflow", "wandb": "wandb"}
"""Scheme of a reference to the module of this room that reads and writes its runs."""
FORMS = "mlflow:RUN_ID or wandb:FOLDER"


class Entry(NamedTuple):
    """What a run of a tracker holds of envprobe."""

    tags: Mapping[str, str]
    files: Mapping[str, bytes]
    """By the names of record.py; kept in a folder `envprobe` of the run."""


class Tracker(Protocol):
    """What a module of this room offers."""

    def read(self, name: str) -> Entry:
        """Return what a run holds; no tags where they cannot be read back. Raises EnvprobeError where there is no such run."""

    def write(self, name: str, entry: Entry) -> None:
        """Add to a run, in place of what an earlier one has left. Raises EnvprobeError."""


def is_reference(source: object) -> bool:
    """Tell whether something names a run of a tracker: `mlflow:RUN_ID`. A path that looks alike is written `./mlflow:…`."""
    return isinstance(source, str) and source.partition(":")[0] in TRACKERS and ":" in source


def open_tracker(reference: str) -> tuple[Tracker, str]:
    """Return the tracker that a reference names, and its name for the run. Raises UsageError."""
    scheme, _, name = reference.partition(":")
    if scheme not in TRACKERS or not name or not name.isprintable():
        raise UsageError(f"{reference[:200]!a}: names no run of a tracker", f"as in {FORMS}")
    return cast(Tracker, import_module(f".{TRACKERS[scheme]}", __package__)), name


def load(reference: str) -> Run | Fingerprint:
    """Return the recorded experiment that a tracker's run holds, else the environment of its record. Raises EnvprobeError."""
    from .tracked import document_in

    tracker, name = open_tracker(reference)
    return document_in(tracker.read(name), reference)
