"""DVC: the digest of data that it tracks, read from its own files (`data.dvc`, `dvc.lock`) instead of from the data.

The digest is DVC's: MD5 of a file, or of the list of a folder's files (`….dir`); releases before 3 turned the line ends of text
files first, which DVC itself calls `md5-dos2unix`. What it says of the data is taken on trust, after a look whether it still
fits; see `look`.
"""

from __future__ import annotations

import hashlib
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
from ..targets import safe_path

SCHEME = "dvc:"
LIMIT_BYTES = 16 << 20
TIMEOUT_S = 120
SUFFIX, LOCK, PIPELINE, REPOSITORY = ".dvc", "dvc.lock", "dvc.yaml", ".dvc"
DIGEST = re.compile(r"[0-9a-f]{32}(\.dir)?")
CLOUD_KINDS = ("etag", "version_id", "checksum")
"""Tags by which a store that DVC imports from knows a file (S3, Azure, HDFS), where there is no digest of its content."""
POINTER_LIMIT = 1000
ABSENT_FROM_CACHE = "not in cache"
QUIET = {"DVC_NO_ANALYTICS": "1", "CI": "1"}
"""CI keeps it from asking on the network for a newer DVC."""
AS_MODULE = "import sys; sys.path[:] = filter(None, sys.path); import runpy; runpy.run_module('dvc', run_name='__main__')"
"""`python -m` would take modules from the folder that it is asked about."""
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
    if path.suffix == SUFFIX and path.is_file():
        wanted = list(_of_pointer(path))
        if not wanted:
            raise UsageError(f"{path}: no pointer of DVC: it names no output with a digest", "name the data itself: dvc:PATH")
    else:
        said = list(_said_around(path))
        wanted = [entry for entry in said if entry.path == _whole(path)]
        above = next((entry.path for entry in said if entry.path in _whole(path).parents), None)
        if not wanted and above is not None:
            raise UsageError(f"{path}: DVC tracks the folder that it lies in as a whole", f"declare that: dvc:{above}")
    if len({entry.digest for entry in wanted}) != 1:
        raise UsageError(
            f"{path}: {'DVC says two things of it' if wanted else UNTRACKED}",
            "dvc add it, or commit its stage: dvc repro, dvc commit",
        )
    return wanted[0]


def _said_around(path: Path) -> Iterator[Tracked]:
    """Yield what DVC's files say: the pointer of the same name, else any pointer and the locks up to the repository's root."""
    own = path.with_name(path.name + SUFFIX)
    if own.is_file():
        yield from _of_pointer(own)
        return
    for folder in _folders(path):
        for pointer in islice(sorted(folder.glob(f"*{SUFFIX}")), POINTER_LIMIT):
            if pointer.is_file():
                yield from _of_pointer(pointer)
        if (folder / LOCK).is_file():
            yield from _of_lock(folder / LOCK)


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
    value = _read(lock)
    stages = value.get("stages") if "schema" in value or "stages" in value else value  # before 2.0 the stages stood alone
    for name, stage in stages.items() if isinstance(stages, dict) else ():
        for members in ("outs", "deps"):
            yield from _entries(stage.get(members) if isinstance(stage, dict) else None, lock.parent, lock, f"{PIPELINE}:{name}")


def _entries(members: object, folder: Path, source: Path, target: str) -> Iterator[Tracked]:
    for member in members if isinstance(members, list) else ():
        if isinstance(member, dict) and isinstance(member.get("path"), str) and (digest := _digest_of(member)):
            listed = member.get("files")
            size, files = (count if isinstance(count := member.get(name), int) else None for name in ("size", "nfiles"))
            if isinstance(listed, list):
                files = len(listed) if files is None else files
            yield Tracked(_whole(folder / member["path"]), digest, size, files, source, target)


def _digest_of(member: dict[str, object]) -> str:
    """Return the digest that an entry holds, by its kind; empty where it holds none.

    Data of a cloud that keeps versions has a list of files, of which DVC's digest of a folder is made, or the cloud's own tag.
    """
    digest = member.get("md5")
    if isinstance(digest, str) and DIGEST.fullmatch(digest):
        return f"{'md5' if member.get('hash') == 'md5' else 'md5-dos2unix'}:{digest}"
    listed = member.get("files")
    if isinstance(listed, list) and all(isinstance(one, dict) and _digest_of({**one, "hash": "md5"}) for one in listed):
        names = sorted((str(one.get("relpath")), _digest_of({**one, "hash": "md5"})) for one in listed)
        rows = [{"md5": digest.removeprefix("md5:"), "relpath": name} for name, digest in names]
        return f"md5:{hashlib.md5(json.dumps(rows).encode(), usedforsecurity=False).hexdigest()}.dir"
    clouds = member.get("cloud")
    entries = [member, *(one for one in (clouds.values() if isinstance(clouds, dict) else ()) if isinstance(one, dict))]
    found = ((kind, one[kind]) for one in entries for kind in CLOUD_KINDS if isinstance(one.get(kind), str))
    kind, text = next(found, ("", ""))
    return f"{kind}:{text}" if kind else ""


def _read(path: Path) -> dict[str, object]:
    try:
        with only_refusals("yaml"):
            value = read_yaml(read_bytes(path, LIMIT_BYTES))
    except Unreadable as error:
        raise EnvprobeError(f"{path}: {error}", "is it DVC's? look at it with: dvc status") from None
    return value if isinstance(value, dict) else {}


def _folders(path: Path) -> Iterator[Path]:
    """Yield the folder of data and those above it, up to the root of the repository."""
    for folder in _whole(path).parents:
        yield folder
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
            env=safe_path.added({**os.environ, **QUIET}),
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
    return [sys.executable, "-c", AS_MODULE] if importlib.util.find_spec("dvc") else None
