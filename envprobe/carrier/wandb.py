"""Weights & Biases: a live run gets a record; the folder of a run, an offline one too, is read without wandb.

Only a live run can be written to. An offline run is a log of its own binary form beside its files, and no public function
reads it: the tags in its config are written for its pages and not read back, the files are.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from ..error import DocumentError, EnvprobeError, UsageError
from ..installation import installing
from . import Carrier
from .tracked_run import LIMITS_BYTES, Held, TrackedRun, too_large

FOLDER = "envprobe"
FILES = "files"
"""Where a run's folder keeps the files that are synchronised."""


def open_carrier(name: str) -> Carrier:
    """Open the folder of a run. Raises EnvprobeError where there is no such folder."""

    def refuse(held: Held) -> None:  # what is added to a run's folder behind its back is never synchronised
        raise UsageError(f"{name}: only a live run can be given a record", "in the program: envprobe.log_to_wandb('run.json')")

    return TrackedRun(name, lambda: read(name.partition(":")[2]), refuse)


def read(name: str) -> Held:
    """Return what the folder of a run holds. Raises EnvprobeError where there is no such folder."""
    folder = Path(name)
    if not (folder / FILES).is_dir():
        raise UsageError(f"wandb:{name}: no folder of a run", "as in wandb:wandb/offline-run-20260131_120000-a1b2c3d4")
    files = {}
    for file in LIMITS_BYTES:
        with suppress(FileNotFoundError, NotADirectoryError):
            files[file] = _read(folder / FILES / FOLDER / file)
    return Held({}, files)


def put(live: Any, held: Held) -> bool:
    """Write the files where wandb synchronises them from, then the tags; return whether there was a record before."""
    folder = Path(live.dir) / FOLDER
    replaced = folder.is_dir()
    folder.mkdir(exist_ok=True)
    for file, data in held.files.items():
        (folder / file).write_bytes(data)
        live.save(str(folder / file), base_path=live.dir, policy="now")
    live.config.update(dict(held.tags), allow_val_change=True)
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


def live_run() -> Any:
    """Return the run of this process. Raises EnvprobeError."""
    try:
        import wandb
    except ImportError:
        raise EnvprobeError("runs of Weights & Biases need the package wandb", installing("wandb")) from None
    if wandb.run is None:
        raise UsageError("no run of Weights & Biases is live", "call it after `wandb.init()` and before `finish()`, or give run")
    return wandb.run
