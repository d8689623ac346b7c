"""One digest for a file or a whole folder: the same bytes under the same names give the same digest on every machine."""

import hashlib
import os
import stat

BLOCK_BYTES = 1 << 20
SHOWN = 20


def digest_tree(path):
    """Return `{digest, files, bytes}` of a file or folder; raises OSError for what cannot be read or changes meanwhile.

    The digest is SHA-256 over one line for every entry, sorted by name: its kind, its name below the folder as bytes, and its
    content's digest or its link's target. Modes, owners and times do not count. A link that is declared itself is followed.
    """
    status = os.stat(path)
    if stat.S_ISREG(status.st_mode):
        return {"digest": "sha256:" + file_digest(path), "files": 1, "bytes": status.st_size}
    if not stat.S_ISDIR(status.st_mode):
        raise OSError(0, "a special file, neither a regular one nor a folder", path)
    total, files, special = hashlib.sha256(), [], []
    for name, kind, entry_path, size in sorted(_entries(os.fsencode(path), b"")):
        if kind == b"file":
            files.append(size)
            content = file_digest(entry_path).encode("ascii")
        elif kind == b"link":
            content = hashlib.sha256(os.readlink(entry_path)).hexdigest().encode("ascii")
        else:
            content = b""
        if kind == b"special":
            special.append(name.decode("utf-8", "backslashreplace"))
        total.update(b"%s %s %s\0" % (kind, name.replace(b"\0", b""), content))
    result = {"digest": "sha256:" + total.hexdigest(), "files": len(files), "bytes": sum(files)}
    if special:
        result["special"] = special[:SHOWN]
    return result


def file_digest(path):
    """Return the SHA-256 of a file in hexadecimal; raises OSError where it changes while it is read."""
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as stream:
        before = os.fstat(stream.fileno())
        block = stream.read(BLOCK_BYTES)
        while block:
            digest.update(block)
            block = stream.read(BLOCK_BYTES)
        after = os.fstat(stream.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise OSError(0, "changed while it was read", os.fsdecode(path))
    return digest.hexdigest()


def _entries(folder, prefix):
    """Yield (name below the top, kind, path, size) of everything in a folder, empty folders included."""
    with os.scandir(folder) as entries:
        for entry in list(entries):
            name = prefix + entry.name
            if entry.is_symlink():
                yield name, b"link", entry.path, 0
            elif entry.is_dir(follow_symlinks=False):
                yield name + b"/", b"folder", entry.path, 0
                for inside in _entries(entry.path, name + b"/"):
                    yield inside
            elif entry.is_file(follow_symlinks=False):
                yield name, b"file", entry.path, entry.stat(follow_symlinks=False).st_size
            else:
                yield name, b"special", entry.path, 0
