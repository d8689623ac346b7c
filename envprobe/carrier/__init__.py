"""Reports that carry a record: one file a format, one line in `CARRIERS`.

Every carrier shows the same visible texts to a reader and keeps the same payload where no renderer acts on it. It changes
nothing else of the report, byte for byte, and replaces what an earlier attach has left.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from ..error import DocumentError, UsageError

if TYPE_CHECKING:
    from .block import Block

CARRIERS: dict[str, tuple[str, ...]] = {
    "markdown": (".md", ".markdown", ".qmd", ".rmd"),
    "html": (".html", ".htm", ".xhtml"),
    "notebook": (".ipynb",),
    "latex": (".tex", ".ltx"),
    "pdf": (".pdf",),
    "json": (".json",),
    "tensorboard": (".tfevents",),
}
"""Which module of this room, imported where it is used, reads and writes the files of which suffixes."""
REPORT_LIMIT_BYTES = 512 << 20


def carrier_of(path: Path) -> ModuleType:
    """Return the carrier for a report, by its name. Raises UsageError that lists what there is."""
    found = _find(path)
    if found is None:
        known = ", ".join(suffix for suffixes in CARRIERS.values() for suffix in suffixes)
        raise UsageError(f"{path}: not a kind of report that can carry a record", f"there are {known}")
    return found


def is_report(path: Path) -> bool:
    """Tell whether a file is of a kind that can carry a record, by its name, or a folder of logs one that does."""
    from . import tensorboard_folder

    return tensorboard_folder.place_in(path).is_file() if path.is_dir() else _find(path) is not None


def attach(path: Path, report: bytes, block: Block) -> bytes:
    """Return the report with this record, in place of one that it may have. Raises DocumentError where it cannot carry one."""
    attached: bytes = carrier_of(path).attach(report, block, str(path))
    return attached


def read(path: Path, report: bytes) -> Block | None:
    """Return the record that a report carries, None where it carries none. Raises DocumentError for a damaged one."""
    found: Block | None = carrier_of(path).read(report, str(path))
    return found


def read_report(path: Path) -> bytes:
    """Return a report's bytes. Raises DocumentError where there are too many, or none can be had."""
    try:
        with path.open("rb") as stream:
            data = stream.read(REPORT_LIMIT_BYTES + 1)
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > REPORT_LIMIT_BYTES:
        raise DocumentError(f"{path}: more than {REPORT_LIMIT_BYTES:,} bytes, too large for a report")
    return data


def _find(path: Path) -> ModuleType | None:
    name = path.name.lower()
    if ".tfevents." in name:  # TensorBoard's own names go on behind it: events.out.tfevents.1700000000.host.v2
        return _module("tensorboard")
    return next((_module(name_of) for name_of, suffixes in CARRIERS.items() if name.endswith(suffixes)), None)


def _module(name: str) -> ModuleType:
    return import_module(f".{name}", __package__)
