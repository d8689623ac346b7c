"""The working folder of an experiment, in a throw-away copy: some of its files as another folder, or another commit, has them.

git runs only where the experiment's own command runs on this machine; hooks and what a configuration names are kept from running.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from ..error import TargetError, UsageError
from ..fact import sha256
from .overlay import cache_folder

COPIED_BYTES = 8 << 20
"""A larger file that nobody takes away is linked to, and not copied."""
FILES = 50_000
PASSED_OVER = frozenset({".git", "__pycache__"})
LINKED = frozenset({"node_modules"})
SAFE = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "color.ui=never", "--no-pager")
TIMEOUT_S = 120


def differing(here: Path, good: Path, outputs: Sequence[str]) -> dict[str, str]:
    """Return the files that are other in two folders, each with its digest in the good one; empty where that has none.

    What the experiment writes, and what is passed over everywhere, is not among them. Raises UsageError.
    """
    ours, theirs = (_listed(folder).files for folder in (here, good))
    found = {}
    for name in sorted({*ours, *theirs}):
        if any(fnmatchcase(name, glob) for glob in outputs):
            continue
        if name not in theirs:
            found[name] = ""
        elif name not in ours or not filecmp.cmp(ours[name], theirs[name], shallow=False):
            found[name] = sha256(theirs[name].read_bytes())
    return found


def assemble(here: Path, good: str, files: dict[str, str], folder: Path) -> None:
    """Make `folder` what `here` is, but for some files, which are as `good` has them."""
    there = _listed(here)
    for name in there.folders:
        (folder / name).mkdir(parents=True)
    for name, path in there.links.items():
        (folder / name).symlink_to(path)
    for name, path in there.files.items():
        if name not in files:
            _put(path, folder / name)
    for name, digest in files.items():
        if digest:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(Path(good) / name, folder / name)


def _put(path: Path, place: Path) -> None:
    if path.stat().st_size > COPIED_BYTES:
        place.symlink_to(path)
    else:
        shutil.copy2(path, place)


class _Listed(NamedTuple):
    files: dict[str, Path]
    folders: list[str]
    links: dict[str, Path]
    """Folders that are linked to and not looked into: links themselves, and environments."""


def _listed(folder: Path) -> _Listed:
    found = _Listed({}, [], {})
    for place, folders, names in os.walk(folder):
        there = {name: Path(place) / name for name in sorted(folders) if name not in PASSED_OVER}
        linked = {name for name, path in there.items() if path.is_symlink() or (path / "pyvenv.cfg").exists() or name in LINKED}
        folders[:] = [name for name in there if name not in linked]
        found.links.update({there[name].relative_to(folder).as_posix(): there[name] for name in sorted(linked)})
        found.folders.extend(there[name].relative_to(folder).as_posix() for name in folders)
        paths = (Path(place) / name for name in names if not name.endswith(".pyc"))
        found.files.update({path.relative_to(folder).as_posix(): path for path in paths if path.is_file()})
        if len(found.files) > FILES:
            raise UsageError(f"{folder}: more than {FILES:,} files", "run it in the folder of the experiment alone")
    return found


# -- commits ------------------------------------------------------------------------------------------------------------------


def commit_of(here: Path, revision: str) -> str:
    """Return the commit that a revision of the repository around a folder names; empty where there is none."""
    done = _git(here, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return done.stdout.decode("ascii", "replace").strip() if done is not None and done.returncode == 0 else ""


def checked_out(here: Path, commit: str) -> Path:
    """Return a folder that holds what a commit has of a folder of its repository, made once. Raises TargetError."""
    prefix = _told(here, "rev-parse", "--show-prefix")
    place = cache_folder() / f"code-{sha256(f'{commit}:{prefix}'.encode()).partition(':')[2][:32]}"
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as partial:
            index, code = f"{partial}/index", Path(partial) / "code"
            code.mkdir()
            _bytes(here, "read-tree", f"{commit}:{prefix.rstrip('/')}", index=index)
            _bytes(here, "checkout-index", "--all", f"--prefix={code}/", index=index)
            code.rename(place)
    return place


def changed_since(here: Path, commit: str) -> list[str]:
    """Return the files of the repository below a folder that are other than in a commit, uncommitted changes too."""
    names = _told(here, "diff", "--name-only", "--no-ext-diff", "--no-renames", "--relative", "-z", commit)
    return [name for name in names.split("\0") if name]


def commits_since(here: Path, commit: str) -> list[tuple[str, str]]:
    """Return the commits after one up to what is checked out, the oldest first, with their subjects."""
    rows = _told(here, "log", "--first-parent", "--reverse", "--format=%H %s", f"{commit}..HEAD", "--").splitlines()
    return [(name, subject) for name, _, subject in (row.partition(" ") for row in rows)]


def _told(here: Path, *words: str) -> str:
    return _bytes(here, *words).decode("utf-8", "backslashreplace").rstrip("\n")


def _bytes(here: Path, *words: str, index: str = "") -> bytes:
    done = _git(here, *words, index=index)
    if done is None or done.returncode:
        said = done.stderr.decode("utf-8", "backslashreplace").strip()[-300:] if done is not None else "there is no git here"
        raise TargetError(f"git {words[0]}: {said}")
    return done.stdout


def _git(here: Path, *words: str, index: str = "") -> subprocess.CompletedProcess[bytes] | None:
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    environment |= {"GIT_INDEX_FILE": index} if index else {}
    command = ["git", *SAFE, *words]
    try:
        return subprocess.run(
            command, cwd=here, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
