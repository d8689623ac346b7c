"""Files as they are in a git revision, read from its objects: nothing is checked out, no hook or filter of a repository runs.

A pull request may change every file of the working folder. What decides whether it passes is read from the branch that it wants
to be merged into.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import msgspec

from .error import StoreError, UsageError
from .spelling import line

TIMEOUT_S = 30
OPTIONS = ("--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "safe.bareRepository=explicit")
ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # git would fetch what a partial clone lacks, by a command of the repository's configuration
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
ELSEWHERE = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
)
"""A hook or a script has set them for another repository than that of the folder."""
FATAL = "fatal: "
HINTS = {
    "dubious ownership": "as in a container of a CI system: git config --global --add safe.directory {folder}",
    "promisor remote": "the clone lacks the contents of files: make it without --filter, or git fetch --refetch",
}
"""What git died of, to what helps."""
HEXADECIMAL = re.compile("[0-9a-f]{4,64}")
REF_END = re.compile(r"[~^:@]")
REF_PLACES = ("refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
"""Where git looks for a name, in this order; a tag wins over a branch (gitrevisions(7))."""
REPOSITORY = re.compile(r"repository at '([^']+)'")
FILE_MODES = ("100644", "100755")
SHOWN_COMMIT = 12


class Revision(msgspec.Struct, frozen=True):
    """A commit of the repository around a folder."""

    name: str
    """As somebody called it: `origin/main`."""
    commit: str
    """What that was, in full."""
    root: Path
    """The repository's top folder, spelled as the folder was."""

    def __str__(self) -> str:
        return line(self.name) + ("" if self.commit.startswith(self.name) else f" ({self.commit[:SHOWN_COMMIT]})")

    def holds(self, path: Path) -> bool:
        """Tell whether a path lies in the repository's folder; whether the revision has such a file is another question."""
        return _absolute(path).is_relative_to(self.root)

    def place(self, path: Path) -> str:
        """Return how git spells a file of a revision: `origin/main:baselines/tf.json`."""
        return f"{line(self.name)}:{_absolute(path).relative_to(self.root).as_posix()}"

    def has(self, path: Path) -> bool:
        """Tell whether the revision has a file, link or folder of this path."""
        return bool(self._entry(path))

    def read(self, path: Path, limit_bytes: int) -> bytes | None:
        """Return a file as it is in the revision; None where it has none there.

        Raises StoreError for a file that is larger than the limit, and for a link, a submodule or a folder: what a link leads to
        is not of the revision.
        """
        entry = self._entry(path)
        if not entry:
            return None
        mode, _, blob, size = entry
        if mode not in FILE_MODES:
            raise StoreError(f"{self.place(path)}: not a regular file", "links and folders of a revision are not followed")
        if int(size) > limit_bytes:
            raise StoreError(f"{self.place(path)}: {int(size):,} bytes, more than the {limit_bytes:,} that are read")
        return _git(self.root, "cat-file", "blob", blob)

    def _entry(self, path: Path) -> list[str]:
        """Return mode, kind, object and size of a path in the revision; nothing where there is none."""
        name = _absolute(path).relative_to(self.root).as_posix()
        said = _git(self.root, "ls-tree", "-z", "-l", "--full-tree", self.commit, "--", name)
        return said.partition(b"\t")[0].decode("ascii").split()


def resolve(name: str, folder: Path) -> Revision:
    """Return the commit that a name stands for in the repository of a folder. Raises UsageError where there is none."""
    if not name or name.startswith("-"):
        raise UsageError(f"{name!r} is not the name of a revision", "name a branch, a tag or a commit: origin/main")
    up = _git(folder, "rev-parse", "--show-cdup").decode("utf-8", "surrogateescape").rstrip("\n")
    root = _absolute(folder / up)
    _require_own(root, folder)
    try:
        commit = _git(folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode("ascii").strip()
    except UsageError:
        raise UsageError(f"{line(name)}: no such revision in {root}", _how_to_fetch(name, folder)) from None
    _require_one_meaning(name, commit, folder)
    return Revision(name, commit, root)


def _require_own(root: Path, folder: Path) -> None:
    """Require that git's folder is `.git`, which no commit can bring: any other that looks like one may be a change's own."""
    said = _git(folder, "rev-parse", "--absolute-git-dir")
    found = Path(said.decode("utf-8", "surrogateescape").rstrip("\n"))
    real = root.resolve()
    is_inside = found.is_relative_to(real)
    if not os.path.lexists(root / ".git") or (is_inside and found.relative_to(real).parts[:1] != (".git",)):
        hint = "a bare repository in a working folder may have come with a change: look at the folder around it"
        raise UsageError(f"{found}: not the repository of a working folder", hint)


def _require_one_meaning(name: str, commit: str, folder: Path) -> None:
    """Refuse a name of two commits: whoever may push a tag could call it like the branch that the rules come from."""
    base = REF_END.split(name, maxsplit=1)[0]
    if not base or base == "HEAD":
        return
    places = [place.format(base) for place in REF_PLACES]
    listed = _git(folder, "for-each-ref", "--format=%(objectname) %(*objectname) %(refname)", *places)
    rows = [row.split() for row in listed.decode("utf-8", "surrogateescape").splitlines()]
    found = {row[-1]: row[-2] for row in rows if row[-1] in places}  # of a tag with a message, the commit that it names
    if len({*found.values()}) > 1:
        raise UsageError(f"{line(name)}: {' and '.join(map(line, sorted(found)))} are other commits", "name one of them in full")
    if found and HEXADECIMAL.fullmatch(base) and base == name and not commit.startswith(base):
        raise UsageError(f"{line(name)}: {line(' '.join(found))} is called like a commit", "name the commit in full, or that one")


def _how_to_fetch(name: str, folder: Path) -> str:
    fetch = f"git fetch --depth=1 origin {line(name.removeprefix('origin/'))}"
    if _git(folder, "rev-parse", "--is-shallow-repository").strip() != b"true":
        return f"fetch it first: {fetch}"
    return f"the clone is shallow: set fetch-depth: 0 (actions/checkout) or GIT_DEPTH: 0 (GitLab), or {fetch} and use FETCH_HEAD"


def _absolute(path: Path) -> Path:
    """Return a path without `..`, links as they are: a link in the working folder must not choose another file."""
    return Path(os.path.normpath(path.absolute()))


def _git(folder: Path, *arguments: str) -> bytes:
    """Return what git says. Raises UsageError with its first words where it refuses."""
    command = ["git", *OPTIONS, *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**{name: value for name, value in os.environ.items() if name not in ELSEWHERE}, **ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError as error:
        raise UsageError("git is not installed, so no revision can be read", "install it, or check the working folder") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"{folder}: git gave no answer: {error}") from error
    if done.returncode != 0:
        said = _last_word(done.stderr) or f"git {arguments[0]} failed with {done.returncode}"
        hint = next((hint for words, hint in HINTS.items() if words in said), "")
        named = REPOSITORY.search(done.stderr.decode("utf-8", "replace"))
        raise UsageError(f"{folder}: {line(said, 400)}", hint.format(folder=shlex.quote(named[1] if named else str(folder))))
    return done.stdout


def _last_word(stderr: bytes) -> str:
    """Return the last thing that git died of; warnings come before it, and advice after."""
    lines = stderr.decode("utf-8", "backslashreplace").splitlines()
    return next((text.removeprefix(FATAL) for text in reversed(lines) if text.startswith(FATAL)), "")
