"""What of a git working tree differs from its commit: tracked files, staged or not, by content."""

import hashlib
import os
import stat
import time

from .gitindex import GITLINK_MODE, blob_name, read_index, root_tree
from .gitobject import read_tree, tree_of_commit

INDEX_LIMIT_BYTES = 256 << 20
FILE_LIMIT_BYTES = 1 << 30
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"
DELETED = "deleted"


def changes(repository, commit, deadline_s):
    """Return {file's name: object name now, or `deleted`} of what differs from the commit; raises as its parts do.

    Content decides, not time. A file that git would change on its way in counts as unchanged where its line ends or its LFS
    pointer explain the difference; any other filter's files count as changed when git has not looked at them since.
    Raises TimeoutError when time.monotonic() passes the deadline.
    """
    found = changed_files(repository, commit, deadline_s)
    return {name.decode("utf-8", "backslashreplace"): now for name, now in found.items()}


def changed_files(repository, commit, deadline_s):
    """Return the same by the names as bytes."""
    path = os.path.join(repository.folder, "index")
    with open(path, "rb") as stream:
        entries = read_index(stream.read(INDEX_LIMIT_BYTES))
        looked_s = int(os.fstat(stream.fileno()).st_mtime)
    found = staged(repository, commit, entries)
    for entry in entries:
        if time.monotonic() > deadline_s:
            raise TimeoutError("comparing %d files took too long" % len(entries))
        now = _now(repository.top, entry, looked_s)
        if now != entry.object_name:
            found[entry.name] = now
    return found


def staged(repository, commit, entries):
    """Return {name: object name in the index, or `deleted`} of what the index holds otherwise than the commit."""
    tree = tree_of_commit(repository.objects, commit)
    if root_tree(entries) == tree:
        return {}
    committed = committed_files(repository.objects, tree)
    indexed = {entry.name: (entry.mode, entry.object_name) for entry in entries}
    found = {name: DELETED for name in committed if name not in indexed}
    found.update((name, row[1]) for name, row in indexed.items() if committed.get(name) != row)
    return found


def committed_files(objects, tree):
    """Return {name: (mode, object name)} of all files of a tree."""
    return dict(_files(objects, tree, b""))


def _files(objects, tree, prefix):
    for name, (mode, object_name) in read_tree(objects, tree).items():
        if mode == 0o040000:
            for row in _files(objects, object_name, prefix + name + b"/"):
                yield row
        else:
            yield prefix + name, (mode, object_name)


def _now(top, entry, looked_s):
    """Return the object name that an entry's file has now; its recorded one where size and time say that it is untouched."""
    if entry.is_skipped or entry.mode == GITLINK_MODE:
        return entry.object_name
    path = os.path.join(os.fsencode(top), entry.name)
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return DELETED
    if stat.S_ISLNK(status.st_mode):
        return blob_name(os.readlink(path)) if stat.S_ISLNK(entry.mode) else "a link"
    if not stat.S_ISREG(status.st_mode) or stat.S_ISLNK(entry.mode):
        return "not a regular file"
    if bool(status.st_mode & 0o100) != bool(entry.mode & 0o100):
        return "mode %o" % (status.st_mode & 0o777)
    modified_s = int(status.st_mtime)
    # A file written in the second in which git looked may have changed after that look ("racy git").
    if entry.size == status.st_size & 0xFFFFFFFF and entry.modified_s == modified_s & 0xFFFFFFFF and modified_s < looked_s:
        return entry.object_name
    return _content_name(path, status.st_size, entry.object_name)


def _content_name(path, size, expected):
    if size > FILE_LIMIT_BYTES:
        raise ValueError(
            "%s is larger than the %d bytes that are read" % (path.decode("utf-8", "backslashreplace"), FILE_LIMIT_BYTES)
        )
    with open(path, "rb") as stream:
        content = stream.read()
    name = blob_name(content)
    as_git_stores = (content.replace(b"\r\n", b"\n"), LFS_POINTER % (hashlib.sha256(content).hexdigest().encode(), len(content)))
    return expected if expected in map(blob_name, as_git_stores) else name
