"""DVC: the digest of data that it tracks, read from its own files (`data.dvc`, `dvc.lock`) instead of from the data.

The digest is DVC's: MD5 of a file, or of the list of a folder's files (`….dir`); releases before 3 turned the line ends of text
files first, which DVC itself calls `md5-dos2unix`. What it says of the data is taken on trust, after a look whether it still
fits; see `look`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from ..error import EnvprobeError, UsageError
from ..fact import Value
from ..output.finding import Unreadable, only_refusals
from ..output.readers.document import read_bytes, read_yaml

SCHEME = "dvc:"
LIMIT_BYTES = 16 << 20
TIMEOUT_S = 120
SUFFIX, LOCK, PIPELINE, REPOSITORY = ".dvc", "dvc.lock", "dvc.yaml", ".dvc"
DIGEST = re.compile(r"[0-9a-f]{32}(\.dir)?")
ABSENT_FROM_CACHE = "not in cache"
QUIET = {"DVC_NO_ANALYTICS": "1", "CI": "1"}
"""CI keeps it from asking on the network for a newer DVC."""
COUNT_LIMIT = 10_000_000
UNASKED = "only its size and number of files were looked at"
UNTRACKED = "DVC tracks nothing of that name"


class Tracked(NamedTuple):
    """What DVC's files say of one piece of data."""

    path: Path
    digest: str
    size_bytes: int | None
    files: int | None
    """None for a single file."""
    source: Path
    """The file that says so."""
    target: str
    """What `dvc status` calls it."""

    @property
    def value(self) -> dict[str, Value]:
        """What is recorded and compared."""
        known: dict[str, Value] = {"digest": self.digest, "files": 1 if self.files is None else self.files}
        return known if self.size_bytes is None else {**known, "bytes": self.size_bytes}


class Look(NamedTuple):
    """What a look at the data found."""

    fault: str
    """Why it is not what DVC's file says; empty where nothing speaks against it."""
    unasked: str
    """What was not looked at; empty where DVC itself found it unchanged."""


def find(path: Path) -> Tracked:
    """Return what DVC says of a file or folder, or of what a `.dvc` file names. Raises UsageError for what it does not track."""
    pointer = path if path.suffix == SUFFIX and path.is_file() else path.with_name(path.name + SUFFIX)
    if pointer.is_file():
        entries = list(_of_pointer(pointer))
        wanted = entries if path == pointer else [entry for entry in entries if entry.path == _whole(path)]
    else:
        wanted = [entry for lock in _locks(path) for entry in _of_lock(lock) if entry.path == _whole(path)]
    if len({entry.digest for entry in wanted}) != 1:
        raise UsageError(
            f"{path}: {'DVC says two things of it' if wanted else UNTRACKED}",
            "dvc add it, or commit its stage: dvc repro, dvc commit",
        )
    return wanted[0]


def look(tracked: Tracked) -> Look:
    """Hold data against what DVC's file says of it. Raises FileNotFoundError where it is not there.

    Size and number of files are looked at; where a `dvc` is installed it is asked, and it knows by inode and time what it has
    hashed before. The data itself is not read, unless DVC finds that it was written to.
    """
    name = tracked.source.name
    files, size_bytes = _measure(tracked.path, tracked.files)
    if tracked.files is not None and files != tracked.files:
        return Look(f"not as many files are there as {name} says: {tracked.files:,}", "")
    if tracked.size_bytes is not None and size_bytes != tracked.size_bytes:
        return Look(f"{size_bytes:,} bytes are there, {name} says {tracked.size_bytes:,}", "")
    return _asked(tracked)


def _of_pointer(pointer: Path) -> Iterator[Tracked]:
    value = _read(pointer)
    folder = pointer.parent / str(value.get("wdir", "."))
    yield from _entries(value.get("outs"), folder, pointer, pointer.name)


def _of_lock(lock: Path) -> Iterator[Tracked]:
    stages = _read(lock).get("stages")
    for name, stage in stages.items() if isinstance(stages, dict) else ():
        for members in ("outs", "deps"):
            yield from _entries(stage.get(members) if isinstance(stage, dict) else None, lock.parent, lock, f"{PIPELINE}:{name}")


def _entries(members: Any, folder: Path, source: Path, target: str) -> Iterator[Tracked]:
    for member in members if isinstance(members, list) else ():
        digest = member.get("md5") if isinstance(member, dict) else None
        if isinstance(digest, str) and DIGEST.fullmatch(digest) and isinstance(member.get("path"), str):
            kind = "md5" if member.get("hash") == "md5" else "md5-dos2unix"
            size, files = (count if isinstance(count := member.get(name), int) else None for name in ("size", "nfiles"))
            yield Tracked(_whole(folder / member["path"]), f"{kind}:{digest}", size, files, source, target)


def _read(path: Path) -> dict[str, Any]:
    try:
        with only_refusals("yaml"):
            value = read_yaml(read_bytes(path, LIMIT_BYTES))
    except Unreadable as error:
        raise EnvprobeError(f"{path}: {error}", "is it DVC's? look at it with: dvc status") from None
    return value if isinstance(value, dict) else {}


def _locks(path: Path) -> Iterator[Path]:
    """Yield the lock files beside data and above it, up to the root of the repository."""
    for folder in _whole(path).parents:
        if (folder / LOCK).is_file():
            yield folder / LOCK
        if (folder / REPOSITORY).is_dir():
            return


def _whole(path: Path) -> Path:
    """Return an absolute path without `..`, links kept: DVC's cache may lie behind them."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve follows links


def _measure(path: Path, expected: int | None) -> tuple[int, int]:
    """Return the number and the size of the files, links followed as DVC does; no more are counted than one too many."""
    if not path.is_dir():
        return 1, path.stat().st_size
    limit = COUNT_LIMIT if expected is None else expected + 1
    found = (Path(folder, name) for folder, _, names in os.walk(path, followlinks=True) for name in names)
    sizes = [file.stat().st_size for file in islice(found, limit)]
    return len(sizes), sum(sizes)


def _asked(tracked: Tracked) -> Look:
    program, folder = _program(), tracked.source.parent
    if program is None:
        return Look("", f"{UNASKED}: no dvc to ask")
    try:
        done = subprocess.run(
            [*program, "status", "--json", "--", tracked.target],
            cwd=folder,
            env={**os.environ, **QUIET},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        states = dict(_states(json.loads(done.stdout), folder))
    except (OSError, subprocess.SubprocessError, ValueError, AttributeError) as error:
        return Look("", f"{UNASKED}: `dvc status` could not tell: {' '.join(str(error).split())[:200]}")
    return Look(f"`dvc status` says {states[tracked.path]}" if tracked.path in states else "", "")


def _states(status: Any, folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield what DVC finds changed: `{stage: [{"changed outs": {path: state}}]}`."""
    for changes in status.values():
        for change in changes:
            for paths in change.values() if isinstance(change, dict) else ():
                yield from ((_whole(folder / path), str(state)) for path, state in paths.items() if state != ABSENT_FROM_CACHE)


def _program() -> list[str] | None:
    found = shutil.which("dvc")
    if found:
        return [found]
    return [sys.executable, "-m", "dvc"] if importlib.util.find_spec("dvc") else None
