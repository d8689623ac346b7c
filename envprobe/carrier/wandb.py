"""Weights & Biases: a live run gets a record; the folder of a run, an offline one too, is read without wandb.

Only a live run can be written to. An offline run is a log of its own binary form beside its files, and no public function
reads it: the tags in its config are written for its pages and not read back, the files are.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..error import DocumentError, EnvprobeError, UsageError, installing
from .tracked import LIMITS_BYTES, entry_of, too_large, verdict_of
from .tracker import Entry

if TYPE_CHECKING:
    from ..command.report import Attached, Source
    from ..report import Report

FOLDER = "envprobe"
FILES = "files"
"""Where a run's folder keeps the files that are synchronised."""


def log_to_wandb(source: Source | None = None, *, run: Any = None, report: Report | None = None) -> Attached:
    """Put a record into a live run of Weights & Biases: of `source` as `attach` takes it, else of the Python that runs this.

    It goes to `wandb.run` unless `run` is given. `report`, what `check` returned, is shown in the summary.
    """
    from ..command.current_python import this_python
    from ..command.report import Attached, load, record_in
    from ..records.packing import Attachment
    from ..runs import Run

    live = run if run is not None else _live_run()
    found = load(this_python() if source is None else source)
    record = record_in(found, source)
    entry = entry_of(Attachment(record=record), found if isinstance(found, Run) else None)
    replaced = _put(live, entry)
    if report is not None:
        live.summary.update(dict(verdict_of(report).tags))
    return Attached(place=f"wandb:{Path(live.dir).parent}", record=record, replaced=replaced, signatures=0)


def read(name: str) -> Entry:
    """Return what the folder of a run holds. Raises EnvprobeError where there is no such folder."""
    folder = Path(name)
    if not (folder / FILES).is_dir():
        raise UsageError(f"wandb:{name}: no folder of a run", "as in wandb:wandb/offline-run-20260131_120000-a1b2c3d4")
    files = {}
    for file in LIMITS_BYTES:
        with suppress(FileNotFoundError, NotADirectoryError):
            files[file] = _read(folder / FILES / FOLDER / file)
    return Entry({}, files)


def write(name: str, entry: Entry) -> None:
    """Refuse: what is added to a run's folder behind its back is never synchronised."""
    raise UsageError(f"wandb:{name}: only a live run can be given a record", "in the program: envprobe.log_to_wandb('run.json')")


def _put(live: Any, entry: Entry) -> bool:
    """Write the files where wandb synchronises them from, then the tags; return whether there was a record before."""
    folder = Path(live.dir) / FOLDER
    replaced = folder.is_dir()
    folder.mkdir(exist_ok=True)
    for file, data in entry.files.items():
        (folder / file).write_bytes(data)
        live.save(str(folder / file), base_path=live.dir, policy="now")
    live.config.update(dict(entry.tags), allow_val_change=True)
    return replaced


def _read(path: Path) -> bytes:
    limit_bytes = LIMITS_BYTES[path.name]
    if path.exists() and not path.is_file():  # a pipe among what somebody sent would be waited for
        raise DocumentError(f"{path}: is no file")
    try:
        with path.open("rb") as stream:
            data = stream.read(limit_bytes + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > limit_bytes:
        raise too_large(str(path), path.name)
    return data


def _live_run() -> Any:
    try:
        import wandb
    except ImportError:
        raise EnvprobeError("runs of Weights & Biases need the package wandb", installing("wandb")) from None
    if wandb.run is None:
        raise UsageError("no run of Weights & Biases is live", "call it after `wandb.init()` and before `finish()`, or give run")
    return wandb.run
