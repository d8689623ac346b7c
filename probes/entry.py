"""The places on sys.path: folders (folder.py), and archives beside them (archive.py). Both answer the same few questions."""

import os
import stat

from .folder import Folder


def entries_of(host):
    """Return the place behind every entry of sys.path that exists, in order, each once (lib64 is lib)."""
    found, seen = [], set()
    for path in host.path:
        path = path or host.interpreter.cwd
        try:
            status = os.stat(path)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            continue
        except OSError as error:
            found.append(Folder(path, problem=_why(host, path, error)))
            continue
        identity = (status.st_dev, status.st_ino)
        if identity not in seen:
            seen.add(identity)
            found += _open(host, path, identity, status)
    return found


def _open(host, path, identity, status):
    try:
        if stat.S_ISDIR(status.st_mode):
            return [Folder(path, identity, os.listdir(path))]
        if stat.S_ISREG(status.st_mode):
            from .archive import Archive  # zip archives on sys.path are rare

            return [Archive(path, identity)]
    except (OSError, ValueError) as error:
        return [Folder(path, identity, problem=_why(host, path, error))]
    return []


def _why(host, path, error):
    return "%s cannot be read: %s" % (host.place(path), getattr(error, "strerror", None) or error)
