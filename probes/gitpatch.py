"""The text of what differs from a commit, as `git diff` would show it; see gitobject.py for why git is not asked."""

import difflib
import io
import os
import stat
import time

from .gitobject import read_object, tree_of_commit
from .worktree import DELETED, changed_files, committed_files

TEXT_LIMIT = 64 << 10
FILE_LIMIT_BYTES = 256 << 10
CONTEXT_LINES = 3
SNIFFED_BYTES = 8000  # git takes a file with a NUL in them for binary


def make_patch(repository, commit, deadline_s):
    """Return (text, whether it is whole): the files in the order of their names, the text cut at a line where it grows too long.

    Raises as `worktree.changes` does.
    """
    before, parts, size = committed_files(repository.objects, tree_of_commit(repository.objects, commit)), [], 0
    changed = changed_files(repository, commit, deadline_s)
    for name in sorted(changed):
        if size > TEXT_LIMIT or time.monotonic() > deadline_s:
            return _cut("".join(parts)), False
        mode, object_name = before.get(name, (0, ""))
        old = (mode, read_object(repository.objects, object_name)) if object_name else None
        parts.append(_file_patch(name, old, None if changed[name] == DELETED else _now(repository.top, name)))
        size += len(parts[-1])
    return _cut("".join(parts)), size <= TEXT_LIMIT


def _cut(text):
    """Return the first lines: half a line may hold half a secret, which nobody would detect any more."""
    return text if len(text) <= TEXT_LIMIT else text[: text.rfind("\n", 0, TEXT_LIMIT) + 1]


def _now(top, name):
    """Return (mode, content) of a file, a link's target as its content; None for what is there no more or is neither.

    What lies behind a linked folder is not of the tree, to git neither.
    """
    path = os.path.join(os.fsencode(top), name)
    folder = os.path.dirname(path)
    if os.path.isabs(name) or os.path.realpath(folder) != folder:
        return None
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            return stat.S_IFLNK, os.readlink(path)
        if not stat.S_ISREG(status.st_mode):
            return None
        with open(path, "rb") as stream:
            return stat.S_IFREG | (0o755 if status.st_mode & 0o100 else 0o644), stream.read(FILE_LIMIT_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _file_patch(name, old, new):
    shown = name.decode("utf-8", "backslashreplace")
    parts = ["diff --git a/%s b/%s\n" % (shown, shown)]
    if old is None or new is None:
        parts.append("%s file mode %o\n" % (("new", new[0]) if new else ("deleted", old[0] if old else 0)))
    elif old[0] != new[0]:
        parts.append("old mode %o\nnew mode %o\n" % (old[0], new[0]))
    sides = [side[1] if side else b"" for side in (old, new)]
    if any(b"\0" in side[:SNIFFED_BYTES] for side in sides):
        return "".join(parts) + "Binary files differ\n"
    if any(len(side) > FILE_LIMIT_BYTES for side in sides):
        return "".join(parts) + "Files of more than %d bytes differ\n" % FILE_LIMIT_BYTES
    before, after = map(_lines, sides)
    names = "a/" + shown if old else "/dev/null", "b/" + shown if new else "/dev/null"
    return "".join(parts + [_ended(line) for line in difflib.unified_diff(before, after, names[0], names[1], n=CONTEXT_LINES)])


def _lines(content):
    """Split as git does, at line feeds alone."""
    return list(io.StringIO(content.decode("utf-8", "backslashreplace"), newline="\n"))


def _ended(line):
    return line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
