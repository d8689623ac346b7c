"""Files that no RECORD vouches for, as one digest: eggs, distributions without RECORD, archives, the data of a working copy."""

import hashlib
import os
import stat

from .code_folder import CODE
from .finder import finder_of
from .stale_bytecode import StaleBytecode
from .unlisted import is_noise

FILE_LIMIT = 5000
BYTES_LIMIT = 64 << 20
BLOCK_BYTES = 1 << 20


def digest(package, host):
    """Return the digest of all files of which RECORD tells none; of an archive its own. Empty where nothing is found."""
    copy, bytecode = package.copy, host.once(StaleBytecode).of_one()
    if package.source:
        return ""
    if copy.record is not None:
        return digest_of(
            [(name, os.path.join(copy.entry.path, name)) for name in copy.record.without_digest()], bytecode=bytecode
        )
    if copy.entry.kind == "archive":
        return file_digest(copy.entry.path)
    finder = finder_of(host)
    found = [(stem, finder.find_in(copy.entry, stem)) for stem in copy.stems()]
    return digest_of([(stem, hit.path) for stem, hit in found if hit is not None], bytecode=bytecode)


def digest_of(modules, is_wanted=None, bytecode=None):
    """Return the digest of (name, path) of modules, files or folders; a dict that says so where it is not of all content.

    What `bytecode`, a StaleBytecode, finds is part of it.
    """
    whole, read_bytes, count, is_whole = hashlib.sha256(), 0, 0, True
    for name, top in sorted(modules):
        for relative, path, size_bytes in _files(top):
            if is_wanted is not None and not is_wanted(relative):
                continue
            count += 1
            content = ""
            if count <= FILE_LIMIT and read_bytes + size_bytes <= BYTES_LIMIT:
                content = file_digest(path, bytecode)
                read_bytes += size_bytes
            else:
                is_whole = False
            whole.update(("%s/%s\0%d\0%s\n" % (name, relative, size_bytes, content)).encode("utf-8", "backslashreplace"))
            if count > 4 * FILE_LIMIT:
                break
    if not count:
        return ""
    value = "sha256:" + whole.hexdigest()
    if is_whole:
        return value
    return {
        "digest": value,
        "digest_of": "the first %d files or %d MiB; of more names and sizes" % (FILE_LIMIT, BYTES_LIMIT >> 20),
    }


def is_data(relative):
    """Tell whether a file of a package is no code."""
    return not relative.endswith(CODE)


def file_digest(path, bytecode=None):
    """Return the digest of a regular file, or why there is none; behind that of a source, what `bytecode` finds."""
    whole, source = hashlib.sha256(), [] if bytecode and path.endswith(".py") else None
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            left = os.fstat(handle).st_size
            while left > 0:
                block = os.read(handle, min(left, BLOCK_BYTES))
                if not block:
                    break
                whole.update(block)
                left -= len(block)
                if source is not None:
                    source.append(block)
        finally:
            os.close(handle)
    except OSError as error:
        return "unreadable: %s" % error.strerror
    return "sha256:" + whole.hexdigest() + ("" if source is None else bytecode.digest(path, b"".join(source)))


def _files(top):
    """Return (relative, path, size in bytes) of the regular files of a module, sorted. Links are followed, each folder once."""
    if not os.path.isdir(top):
        return [(os.path.basename(top), top, _size(top))]
    found, seen = [], set()
    for parent, folders, names in os.walk(top, followlinks=True):
        status = os.stat(parent)
        if (status.st_dev, status.st_ino) in seen or len(found) > 4 * FILE_LIMIT:
            folders[:] = []
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if name != "__pycache__" and not name.startswith("."))
        for name in names:
            path = os.path.join(parent, name)
            size_bytes = _size(path)
            if size_bytes >= 0 and not is_noise(os.fsencode(name)):
                found.append((os.path.relpath(path, top), path, size_bytes))
    return sorted(found)


def _size(path):
    """Return the size of a regular file, -1 for anything else."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return -1
    return status.st_size if stat.S_ISREG(status.st_mode) else -1
