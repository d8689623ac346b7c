"""The interpreter's own files: its program, and the library that most of it is in; and what package managers say of them."""

import hashlib
import json
import os
import re
import stat
import sys

from . import dpkg

BLOCK_BYTES = 1 << 20
LIMIT_BYTES = 1 << 28
CONDA_LIMIT_BYTES = 1 << 24
PACKAGES = ("python", "libpython", "pypy")  # how those are called that bring one
_LIBRARY = re.compile(r"/lib(?:python|pypy)[^/]*\.so[^/]*$")


def files(host):
    """Return name to path: `program`, and `library` where this process has one loaded. Raises OSError where nobody can say."""
    found = {"program": _program(host)}
    paths = {line[line.index("/") :] for line in host.read_text("/proc/self/maps").splitlines() if _LIBRARY.search(line)}
    if paths:
        found["library"] = min(paths)
    return found


def _program(host):
    try:
        return os.readlink(host.locate("/proc/self/exe"))
    except OSError:
        return os.path.realpath(sys.executable)


def digest(host, path):
    """Return (digest as released, who says that the file is another one, else an empty string). Raises OSError.

    conda writes the folder of the environment into the file: what counts is the digest that it had before.
    """
    listed = dpkg.sum_of(host, path, PACKAGES)
    sha256, md5 = _hashes(host.locate(path), ("sha256", "md5" if listed else "sha256"))
    released, here = _conda(host, path)
    if here:
        return ("sha256:" + released, "") if sha256 in (here, released) else ("sha256:" + sha256, "conda")
    return "sha256:" + sha256, "dpkg" if listed and listed != md5 else ""


def _hashes(path, algorithms):
    hashers = {name: hashlib.new(name) for name in algorithms}
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LIMIT_BYTES:
            raise OSError(0, "not a file of at most %d MiB" % (LIMIT_BYTES >> 20))
        block = os.read(handle, BLOCK_BYTES)
        while block:
            for hasher in hashers.values():
                hasher.update(block)
            block = os.read(handle, BLOCK_BYTES)
    finally:
        os.close(handle)
    return [hashers[name].hexdigest() for name in algorithms]


def _conda(host, path):
    """Return (digest as released, digest as installed) that conda recorded of a file; two empty strings where it did not."""
    prefix = host.interpreter.base_prefix
    for name in host.listdir(os.path.join(prefix, "conda-meta")):
        if name.startswith(("python-", "pypy")) and name.endswith(".json"):
            for entry in _entries(host, os.path.join(prefix, "conda-meta", name)):
                if isinstance(entry, dict) and os.path.join(prefix, str(entry.get("_path"))) == path:
                    released = str(entry.get("sha256") or "")
                    return released, str(entry.get("sha256_in_prefix") or released)
    return "", ""


def _entries(host, path):
    try:
        entries = json.loads(host.read_text(path, CONDA_LIMIT_BYTES))["paths_data"]["paths"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return entries if isinstance(entries, list) else []
