"""The code in a folder, as one digest: sources and extension modules, not caches, not data. Bounded, and says so."""

import hashlib
import os

from .folder import is_file
from .place import printable

FILE_LIMIT = 1000
BYTES_LIMIT = 16 << 20
VISIT_LIMIT = 20000  # names looked at
CODE = (".py", ".so", ".pyc")
SHOWN = 10


def digest(folder, bytecode):
    """Return {"digest": …}, with `digest_of` beside it where the folder holds more than is read; empty where there is no code.

    `bytecode` is a StaleBytecode: what it finds is named in `stale_pyc`, by the sources, and is part of the digest.
    """
    files, is_whole = code_files(folder)
    whole, read_bytes, stale = hashlib.sha256(), 0, []
    for index, (name, path, size_bytes) in enumerate(files):
        content = b""
        if index < FILE_LIMIT and read_bytes + size_bytes <= BYTES_LIMIT:
            data = _read(path, size_bytes)
            content = hashlib.sha256(data).hexdigest().encode("ascii")
            said = bytecode.digest(path, data)
            if said:
                stale.append(name)
                content += b" " + said.encode("ascii")
            read_bytes += size_bytes
        else:
            is_whole = False
        whole.update(b"%s\0%d\0%s\n" % (os.fsencode(name), size_bytes, content))
    if not files:
        return {}
    rest = "the first %d files or %d MiB; of the rest names and sizes" % (FILE_LIMIT, BYTES_LIMIT >> 20)
    facts = (
        ("digest", "sha256:" + whole.hexdigest()),
        ("digest_of", "" if is_whole else rest),
        ("stale_pyc", [printable(name) for name in stale[:SHOWN]]),
    )
    return {name: value for name, value in facts if value}


def code_files(folder):
    """Return ((name, path, size in bytes), …) sorted, and whether every name was looked at. Follows no link to a folder."""
    files, visited = [], 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name.isidentifier() and name != "__pycache__")
        visited += len(folders) + len(names)
        for name in names:
            path = os.path.join(parent, name)
            if name.endswith(CODE) and is_file(path):
                files.append((os.path.relpath(path, folder), path, os.stat(path).st_size))
        if visited > VISIT_LIMIT:
            return sorted(files), False
    return sorted(files), True


def _read(path, size_bytes):
    try:
        with open(path, "rb") as stream:
            return stream.read(size_bytes)
    except OSError:
        return b"unreadable"
